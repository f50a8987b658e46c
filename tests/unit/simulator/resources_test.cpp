#include "help_desk.hpp"

namespace sluice::simulator::testing {
namespace {

/// What is particular to the smaller families.
class SimulatorResourcesTest : public HelpDesk {
protected:
    std::int64_t macro_used_by_a_rule()
    {
        return get("/api/macros?order_by=created_datetime:asc&limit=1").id("/data/0/id");
    }
};

TEST_F(SimulatorResourcesTest, ArchivesMacrosOneByOne)
{
    auto const used = macro_used_by_a_rule();
    auto const free = used + 1;
    auto const ids = path_of("{\"ids\":[", free, path_of(",", used, ",9]}"));

    auto const archived = put("/api/macros/archive", ids);

    ASSERT_EQ(archived.status(), 207) << archived.response.body;
    EXPECT_EQ(archived.text("/data/0/status"), "archived");
    EXPECT_EQ(archived.text("/data/1/status"), "macro_used");
    EXPECT_EQ(archived.text("/data/1/error/data/rules/0"), "Greet new tickets");
    EXPECT_EQ(archived.text("/data/2/status"), "not_found");
    EXPECT_EQ(put("/api/macros/archive", ids).text("/data/0/status"), "already_archived");
    EXPECT_EQ(get("/api/macros?archived=true").data().size(), 1U);
    EXPECT_EQ(put("/api/macros/unarchive", ids).text("/data/0/status"), "unarchived");
    EXPECT_EQ(put("/api/macros/unarchive", ids).text("/data/0/status"), "already_not_archived");
    EXPECT_EQ(del(path_of("/api/macros/", used)).status(), 409);
    EXPECT_EQ(del(path_of("/api/macros/", free)).status(), 204);
}

TEST_F(SimulatorResourcesTest, ReplacesTheActionsOfAMacro)
{
    auto const macro = path_of("/api/macros/", first("/api/macros"));

    auto const updated = put(macro, R"({"actions":[{"name":"setStatus","title":"Close","type":"user",
        "arguments":{"status":"closed"}}]})");

    EXPECT_EQ(updated.status(), 202);
    EXPECT_EQ(updated["/actions"].as_array().size(), 1U);
}

TEST_F(SimulatorResourcesTest, KeepsTagsInUse)
{
    auto const shipping = get("/api/tags?search=shipping").id("/data/0/id");
    EXPECT_EQ(del(path_of("/api/tags/", shipping)).status(), 409);
    auto const free = get("/api/tags?search=gift").id("/data/0/id");
    EXPECT_EQ(del("/api/tags", path_of("{\"ids\":[", free, path_of(",", shipping, "]}"))).status(), 409);
    EXPECT_EQ(get(path_of("/api/tags/", free)).status(), 200);
    EXPECT_EQ(del("/api/tags", path_of("{\"ids\":[", free, "]}")).status(), 204);
    EXPECT_EQ(get(path_of("/api/tags/", free)).status(), 404);
}

TEST_F(SimulatorResourcesTest, DeactivatesViewsOfADeletedTag)
{
    auto const tag = post("/api/tags", R"({"name":"doomed"})").id();
    auto const view =
        post("/api/views", R"~({"slug":"d","filters":"containsAny(ticket.tags.name, [\"doomed\"])"})~").id();

    del(path_of("/api/tags/", tag));

    EXPECT_FALSE(get(path_of("/api/views/", view))["/deactivated_datetime"].is_null());
}

TEST_F(SimulatorResourcesTest, MergesTags)
{
    auto const ticket = path_of("/api/tickets/", first("/api/tickets"), "/tags");
    put(ticket, R"({"names":["old one","other"]})");
    auto const source = get("/api/tags?search=old+one").id("/data/0/id");
    auto const target = post("/api/tags", R"({"name":"new one"})").id();

    auto const merged = put(path_of("/api/tags/", target, "/merge"), path_of("{\"source_tags_ids\":[", source, "]}"));

    EXPECT_EQ(merged.status(), 202);
    EXPECT_EQ(merged.id("/usage"), 1);
    EXPECT_EQ(get(ticket).text("/data/0/name"), "new one");
    EXPECT_EQ(get(path_of("/api/tags/", source)).status(), 404);
}

TEST_F(SimulatorResourcesTest, TellsTagsApartByCase)
{
    EXPECT_EQ(post("/api/tags", R"({"name":"Refund"})").status(), 201);
    EXPECT_EQ(post("/api/tags", R"({"name":"refund"})").status(), 409);
    EXPECT_EQ(post("/api/tags", R"({"name":""})").status(), 400);
    EXPECT_EQ(get("/api/tags?search=REFUND").data().size(), 2U);
}

TEST_F(SimulatorResourcesTest, ReplacesTheMembersOfATeam)
{
    auto const me = get("/api/users/0").id();
    auto const team = path_of("/api/teams/", first("/api/teams"));

    auto const updated = put(team, path_of("{\"members\":[{\"id\":", me, "}]}"));

    EXPECT_EQ(updated["/members"].as_array().size(), 1U);
    EXPECT_EQ(updated.text("/members/0/email"), "casey@acme.example");
    EXPECT_EQ(put(team, R"({"members":[{"id":1}]})").status(), 400);
}

TEST_F(SimulatorResourcesTest, RefusesUsersItCannotMake)
{
    for (auto const* bad :
         {R"({"name":"x","email":"x@y.z"})", R"({"name":"x","email":"nowhere","role":{"name":"agent"}})",
          R"({"name":"x","email":"x@y.z","role":{"name":"bot"}})",
          R"({"name":"x","email":"x@y.z","role":{"name":"agent"},"language":"de"})",
          R"({"name":"x","email":"x@y.z","role":{"name":"agent"},"roles":["agent"]})"})
        EXPECT_EQ(post("/api/users", bad).status(), 400) << bad;
    EXPECT_EQ(post("/api/users", R"({"name":"x","email":"casey@acme.example","role":{"name":"agent"}})").status(), 409);
}

TEST_F(SimulatorResourcesTest, ReordersRules)
{
    auto const id = first("/api/rules");

    auto const reply = post("/api/rules/priorities", path_of("{\"priorities\":[{\"id\":", id, ",\"priority\":77}]}"));

    EXPECT_EQ(reply.status(), 202);
    EXPECT_EQ(reply.body.as_array().size(), 6U);
    EXPECT_EQ(get(path_of("/api/rules/", id)).id("/priority"), 77);
}

TEST_F(SimulatorResourcesTest, KeepsEventTypesOfRulesAsText)
{
    auto const as_list =
        post("/api/rules", R"({"name":"r","code":"x","event_types":["ticket-created","ticket-updated"]})");
    EXPECT_EQ(as_list.status(), 201);
    EXPECT_EQ(as_list.text("/event_types"), "ticket-created,ticket-updated");
    EXPECT_EQ(as_list.id("/priority"), 7);
    EXPECT_EQ(post("/api/rules", R"({"name":"r","code":"x","event_types":"ticket-created"})").status(), 201);
    EXPECT_EQ(post("/api/rules", R"({"name":"r","code":"x","event_types":"ticket-eaten"})").status(), 400);
}

TEST_F(SimulatorResourcesTest, RunsJobsASecondLater)
{
    auto const ticket = first("/api/tickets");
    auto const job =
        post("/api/jobs", R"({"type":"updateTicket","params":{"updates":{"priority":"critical"},"ticket_ids":[)" +
                              std::to_string(ticket) + "]}}");
    ASSERT_EQ(job.status(), 201) << job.response.body;
    EXPECT_EQ(job.text("/status"), "pending");

    advance(1);

    auto const done = get(path_of("/api/jobs/", job.id()));
    EXPECT_EQ(done.text("/status"), "done");
    EXPECT_EQ(done.id("/info/processed_count"), 1);
    EXPECT_EQ(get(path_of("/api/tickets/", ticket)).text("/priority"), "critical");
}

TEST_F(SimulatorResourcesTest, AppliesMacrosByJob)
{
    auto const macro = post("/api/macros", R"({"name":"m","actions":[
        {"name":"addTags","title":"t","type":"user","arguments":{"tags":"vip,by-macro"}},
        {"name":"setPriority","title":"t","type":"user","arguments":{"priority":"high"}}]})");
    auto const ticket = path_of("/api/tickets/", first("/api/tickets"));
    auto const tags = get(ticket)["/tags"].as_array().size();
    post("/api/jobs", R"({"type":"applyMacro","params":{"apply_and_close":true,"macro_id":)" +
                          std::to_string(macro.id()) + R"(,"ticket_ids":[)" + std::to_string(first("/api/tickets")) +
                          "]}}");

    advance(1);

    auto const after = get(ticket);
    EXPECT_EQ(after.text("/status"), "closed");
    EXPECT_EQ(after.text("/priority"), "high");
    EXPECT_GT(after["/tags"].as_array().size(), tags);
}

TEST_F(SimulatorResourcesTest, SchedulesAndCancelsJobs)
{
    auto const body = [](std::string_view when) {
        return R"({"type":"exportTicket","params":{},"scheduled_datetime":")" + std::string(when) + "\"}";
    };
    EXPECT_EQ(post("/api/jobs", body("2026-11-20T13:00:01Z")).status(), 400);
    auto const job = post("/api/jobs", body("2026-11-20T13:00:00Z"));
    EXPECT_EQ(job.text("/status"), "scheduled");

    EXPECT_EQ(del(path_of("/api/jobs/", job.id())).status(), 204);

    advance(3700);
    EXPECT_EQ(get(path_of("/api/jobs/", job.id())).text("/status"), "canceled");
    EXPECT_EQ(post("/api/jobs", R"({"type":"applyMacro","params":{"ticket_ids":[1]}})").status(), 400);
    EXPECT_EQ(
        post("/api/jobs", R"({"type":"updateTicket","params":{"updates":{"status":5},"ticket_ids":[1]}})").status(),
        400);
}

TEST_F(SimulatorResourcesTest, KeepsOneSettingOfEachType)
{
    EXPECT_EQ(post("/api/account/settings", R"({"type":"business-hours","data":{}})").status(), 409);
    auto const made = post("/api/account/settings", R"({"type":"agent-costs","data":{"agent_cost_type":"yearly"}})");
    EXPECT_EQ(made.status(), 201);
    auto const setting = path_of("/api/account/settings/", made.id());
    EXPECT_EQ(put(setting, R"({"type":"agent-costs","data":{"agent_cost_type":"hourly"}})").status(), 200);
    EXPECT_EQ(put(setting, R"({"type":"limits","data":{}})").status(), 400);
    auto const listed = get("/api/account/settings?type=agent-costs");
    EXPECT_EQ(listed.text("/data/0/data/agent_cost_type"), "hourly");
    EXPECT_FALSE(listed.body.as_object().contains("meta"));
}

TEST_F(SimulatorResourcesTest, KeepsOneSurveyPerTicket)
{
    auto const ticket = post("/api/tickets", R"({"messages":[{"channel":"api","from_agent":false,
        "sender":{"email":"s@shopper.example"}}]})");
    auto const body = R"({"ticket_id":)" + std::to_string(ticket.id()) + R"(,"customer_id":)" +
                      std::to_string(ticket.id("/customer/id")) + R"(,"score":5})";
    auto const made = post("/api/satisfaction-surveys", body);
    EXPECT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.text("/scored_datetime"), "2026-11-20T12:00:00.000000+00:00");
    EXPECT_EQ(post("/api/satisfaction-surveys", body).status(), 409);
    EXPECT_EQ(get(path_of("/api/tickets/", ticket.id())).id("/satisfaction_survey/score"), 5);
    EXPECT_EQ(put(path_of("/api/satisfaction-surveys/", made.id()), R"({"score":6})").status(), 400);
}

TEST_F(SimulatorResourcesTest, KeepsUploadedFiles)
{
    body_type = "multipart/form-data; boundary=XX";
    auto const body = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n"
                      "Content-Type: text/plain\r\n\r\nhello\r\n--XX--\r\n";

    auto const open = post("/api/upload?type=public_attachment", body);
    auto const closed = post("/api/upload", body);

    ASSERT_EQ(open.status(), 201) << open.response.body;
    EXPECT_EQ(open.text("/0/name"), "a b.txt");
    EXPECT_EQ(open.id("/0/size"), 5);
    auto const path = [](Reply const& upload) {
        return upload.text("/0/url").substr(std::string_view("https://acme.gorgias.com").size());
    };
    EXPECT_EQ(get(path(closed)).response.body, "hello");
    EXPECT_EQ(get(path(closed)).header("content-type"), "text/plain");
    credential = "none";
    EXPECT_EQ(get(path(open)).response.body, "hello");
    EXPECT_EQ(get(path(closed)).status(), 401);
}

TEST_F(SimulatorResourcesTest, ChecksThePeriodOfStatistics)
{
    auto const query = [](std::string_view from, std::string_view to) {
        return R"({"query":{"scope":"tickets-created","measures":["ticketCount"],"dimensions":["channel"],"timezone":"UTC",
            "filters":[{"member":"periodStart","operator":"afterDate","values":[")" +
               std::string(from) + R"("]},{"member":"periodEnd","operator":"beforeDate","values":[")" +
               std::string(to) + R"("]}]}})";
    };
    auto const rows = post("/api/reporting/stats?limit=1000", query("2026-08-01T00:00:00Z", "2026-11-20T12:00:00Z"));
    ASSERT_EQ(rows.status(), 200) << rows.response.body;
    std::int64_t sum = 0;
    for (auto const& row : rows.data())
        sum += row.at("ticketCount").as_int64();
    EXPECT_EQ(sum, 24);
    EXPECT_EQ(post("/api/reporting/stats", query("2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z")).status(), 400);
    EXPECT_EQ(
        post("/api/reporting/stats", R"({"query":{"scope":"tickets-created","filters":[],"timezone":"UTC"}})").status(),
        400);
    EXPECT_EQ(
        post(
            "/api/stats/total-tickets-created",
            R"({"filters":{"period":{"start_datetime":"2026-01-01T00:00:00Z","end_datetime":"2026-02-01T00:00:00Z"}}})")
            .status(),
        400);
}

TEST_F(SimulatorResourcesTest, AsksForJson)
{
    body_type = "text/plain";

    EXPECT_EQ(post("/api/tags", R"({"name":"x"})").status(), 400);
}

} // namespace
} // namespace sluice::simulator::testing
