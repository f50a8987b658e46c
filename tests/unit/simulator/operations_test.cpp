#include "help_desk.hpp"

#include <algorithm>
#include <set>

namespace sluice::simulator::testing {
namespace {

/// A minimal valid call of each operation. `{list path}` in braces stands for the id of the first item of that list;
/// `/api/custom-fields` has to be asked by type, and `first_setting` stands for a setting.
struct Minimal {
    std::string_view operation;
    std::string_view path;
    std::string_view body;
    int status;
};

constexpr std::string_view kDefinition =
    R"({"object_type":"Ticket","label":"L","definition":{"data_type":"text","input_settings":{"input_type":"input"}}})";
constexpr std::string_view kHook =
    R"({"name":"n","type":"http","http":{"url":"https://x.example","method":"POST",
        "request_content_type":"application/json","response_content_type":"application/json"}})";
constexpr std::string_view kPeriod =
    R"({"filters":{"period":{"start_datetime":"2026-10-01T00:00:00Z","end_datetime":"2026-11-01T00:00:00Z"}}})";
constexpr std::string_view kStatistic =
    R"({"query":{"scope":"tickets-created","measures":["ticketCount"],"timezone":"UTC","filters":[
        {"member":"periodStart","operator":"afterDate","values":["2026-10-01T00:00:00Z"]},
        {"member":"periodEnd","operator":"beforeDate","values":["2026-11-01T00:00:00Z"]}]}})";
constexpr std::string_view kTicketField = "{/api/custom-fields?object_type=Ticket&search=Order+number}";
constexpr std::string_view kCustomerField = "{/api/custom-fields?object_type=Customer&search=Birthday}";

// clang-format off
constexpr Minimal kMinimal[] = {
    {"get-account", "/api/account", "", 200},
    {"list-account-settings", "/api/account/settings", "", 200},
    {"create-account-setting", "/api/account/settings", R"({"type":"limits"})", 201},
    {"update-account-setting", "/api/account/settings/{/api/account/settings}", R"({"type":"business-hours"})", 200},
    {"list-custom-fields", "/api/custom-fields?object_type=Ticket", "", 200},
    {"create-custom-field", "/api/custom-fields", kDefinition, 201},
    {"update-custom-fields", "/api/custom-fields", "[{\"id\":TICKET_FIELD}]", 200},
    {"get-custom-field", "/api/custom-fields/TICKET_FIELD", "", 200},
    {"update-custom-field", "/api/custom-fields/TICKET_FIELD", kDefinition, 200},
    {"list-customers", "/api/customers", "", 200},
    {"create-customer", "/api/customers", R"({"channels":[{"type":"email","address":"a@b.example","preferred":true}]})", 201},
    {"get-customer", "/api/customers/{/api/customers}", "", 200},
    {"update-customer", "/api/customers/{/api/customers}", "{}", 202},
    {"delete-customer", "/api/customers/{/api/customers}", "", 204},
    {"delete-customers", "/api/customers", R"({"ids":[{/api/customers}]})", 204},
    {"merge-customers", "/api/customers/merge?source_id={/api/customers}&target_id={/api/customers?order_by=created_datetime:asc}", "{}", 202},
    {"update-customer-data", "/api/customers/{/api/customers}/data", R"({"data":{}})", 202},
    {"list-customer-custom-fields-values", "/api/customers/{/api/customers}/custom-fields", "", 200},
    {"update-customer-custom-field-values", "/api/customers/{/api/customers}/custom-fields", R"([{"id":CUSTOMER_FIELD,"value":"x"}])", 200},
    {"update-customer-custom-field-value", "/api/customers/{/api/customers}/custom-fields/CUSTOMER_FIELD", R"("x")", 200},
    {"delete-customer-custom-field-value", "/api/customers/{/api/customers}/custom-fields/CUSTOMER_FIELD", "", 204},
    {"list-events", "/api/events", "", 200},
    {"get-event", "/api/events/{/api/events}", "", 200},
    {"upload-files", "/api/upload", "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--XX--", 201},
    {"download-file", "UPLOADED", "", 200},
    {"list-integrations", "/api/integrations", "", 200},
    {"create-integration", "/api/integrations", kHook, 201},
    {"get-integration", "/api/integrations/{/api/integrations}", "", 200},
    {"update-integration", "/api/integrations/{/api/integrations}", R"({"name":"n"})", 202},
    {"delete-integration", "/api/integrations/{/api/integrations}", "", 204},
    {"list-jobs", "/api/jobs", "", 200},
    {"create-job", "/api/jobs", R"({"type":"exportTicket","params":{}})", 201},
    {"get-job", "/api/jobs/{/api/jobs}", "", 200},
    {"update-job", "/api/jobs/NEW_JOB", R"({"meta":{}})", 202},
    {"cancel-job", "/api/jobs/NEW_JOB", "", 204},
    {"list-macros", "/api/macros", "", 200},
    {"create-macro", "/api/macros", R"({"name":"m"})", 201},
    {"get-macro", "/api/macros/{/api/macros}", "", 200},
    {"update-macro", "/api/macros/{/api/macros}", R"({"name":"m"})", 202},
    {"delete-macro", "/api/macros/{/api/macros?order_by=created_datetime:desc}", "", 204},
    {"bulk-archive-macros", "/api/macros/archive", R"({"ids":[{/api/macros}]})", 207},
    {"bulk-unarchive-macros", "/api/macros/unarchive", R"({"ids":[{/api/macros}]})", 207},
    {"list-messages", "/api/messages", "", 200},
    {"list-ticket-messages", "/api/tickets/{/api/tickets}/messages", "", 200},
    {"create-ticket-message", "/api/tickets/{/api/tickets}/messages", R"({"channel":"api","from_agent":true})", 201},
    {"get-ticket-message", "/api/tickets/TICKET_OF_MESSAGE/messages/{/api/messages}", "", 200},
    {"update-ticket-message", "/api/tickets/TICKET_OF_MESSAGE/messages/{/api/messages}", "MESSAGE_BODY", 202},
    {"delete-ticket-message", "/api/tickets/TICKET_OF_MESSAGE/messages/{/api/messages}", "", 204},
    {"search-metric-cards", "/api/metric-cards", "", 200},
    {"get-metric-card", "/api/metric-cards/first-response-time", "", 200},
    {"list-voice-calls", "/api/phone/voice-calls", "", 200},
    {"get-voice-call", "/api/phone/voice-calls/{/api/phone/voice-calls}", "", 200},
    {"list-voice-call-events", "/api/phone/voice-call-events", "", 200},
    {"get-voice-call-event", "/api/phone/voice-call-events/{/api/phone/voice-call-events}", "", 200},
    {"list-voice-call-recordings", "/api/phone/voice-call-recordings", "", 200},
    {"get-voice-call-recording", "/api/phone/voice-call-recordings/{/api/phone/voice-call-recordings}", "", 200},
    {"delete-voice-call-recording", "/api/phone/voice-call-recordings/{/api/phone/voice-call-recordings}", "", 204},
    {"get-statistic", "/api/reporting/stats", kStatistic, 200},
    {"get-legacy-statistic", "/api/stats/overview", kPeriod, 200},
    {"download-legacy-statistic", "/api/stats/overview/download", kPeriod, 200},
    {"list-rules", "/api/rules", "", 200},
    {"create-rule", "/api/rules", R"({"name":"r","code":"c"})", 201},
    {"get-rule", "/api/rules/{/api/rules}", "", 200},
    {"update-rule", "/api/rules/{/api/rules}", R"({"name":"r"})", 202},
    {"delete-rule", "/api/rules/{/api/rules}", "", 204},
    {"update-rules-priorities", "/api/rules/priorities", R"({"priorities":[{"id":{/api/rules},"priority":3}]})", 202},
    {"list-satisfaction-surveys", "/api/satisfaction-surveys", "", 200},
    {"create-satisfaction-survey", "/api/satisfaction-surveys", R"({"ticket_id":NEW_TICKET,"customer_id":{/api/customers}})", 201},
    {"get-satisfaction-survey", "/api/satisfaction-surveys/{/api/satisfaction-surveys}", "", 200},
    {"update-satisfaction-survey", "/api/satisfaction-surveys/{/api/satisfaction-surveys}", R"({"score":4})", 202},
    {"search", "/api/search", R"({"type":"customer"})", 201},
    {"list-tags", "/api/tags", "", 200},
    {"create-tag", "/api/tags", R"({"name":"t"})", 201},
    {"get-tag", "/api/tags/{/api/tags}", "", 200},
    {"update-tag", "/api/tags/{/api/tags}", R"({"description":"d"})", 202},
    {"delete-tag", "/api/tags/{/api/tags?search=influencer}", "", 204},
    {"delete-tags", "/api/tags", R"({"ids":[{/api/tags?search=influencer}]})", 204},
    {"merge-tags", "/api/tags/{/api/tags?search=gift}/merge", R"({"source_tags_ids":[{/api/tags?search=influencer}]})", 202},
    {"list-teams", "/api/teams", "", 200},
    {"create-team", "/api/teams", R"({"name":"t"})", 201},
    {"get-team", "/api/teams/{/api/teams}", "", 200},
    {"update-team", "/api/teams/{/api/teams}", R"({"name":"t"})", 202},
    {"delete-team", "/api/teams/{/api/teams}", "", 204},
    {"list-tickets", "/api/tickets", "", 200},
    {"create-ticket", "/api/tickets", R"({"messages":[{"channel":"api","from_agent":true}]})", 201},
    {"get-ticket", "/api/tickets/{/api/tickets}", "", 200},
    {"update-ticket", "/api/tickets/{/api/tickets}", "{}", 202},
    {"delete-ticket", "/api/tickets/{/api/tickets}", "", 204},
    {"list-ticket-tags", "/api/tickets/{/api/tickets}/tags", "", 200},
    {"create-ticket-tags", "/api/tickets/{/api/tickets}/tags", R"({"ids":[{/api/tags}]})", 201},
    {"update-ticket-tags", "/api/tickets/{/api/tickets}/tags", R"({"names":["x"]})", 202},
    {"delete-ticket-tags", "/api/tickets/{/api/tickets}/tags", R"({"names":["x"]})", 204},
    {"list-ticket-custom-fields", "/api/tickets/{/api/tickets}/custom-fields", "", 200},
    {"update-ticket-custom-fields", "/api/tickets/{/api/tickets}/custom-fields", R"([{"id":TICKET_FIELD,"value":"x"}])", 200},
    {"update-ticket-custom-field", "/api/tickets/{/api/tickets}/custom-fields/TICKET_FIELD", R"("x")", 200},
    {"delete-ticket-custom-field", "/api/tickets/{/api/tickets}/custom-fields/TICKET_FIELD", "", 204},
    {"list-users", "/api/users", "", 200},
    {"create-user", "/api/users", R"({"name":"u","email":"u@acme.example","role":{"name":"agent"}})", 201},
    {"get-user", "/api/users/{/api/users}", "", 200},
    {"update-user", "/api/users/0", R"({"bio":"b"})", 202},
    {"delete-user", "/api/users/{/api/users?roles=agent}", "", 204},
    {"list-views", "/api/views", "", 200},
    {"create-view", "/api/views", R"({"slug":"s"})", 201},
    {"get-view", "/api/views/{/api/views}", "", 200},
    {"update-view", "/api/views/{/api/views}", R"({"name":"v"})", 202},
    {"delete-view", "/api/views/{/api/views?category=user}", "", 204},
    {"list-view-items", "/api/views/{/api/views}/items", "", 200},
    {"update-view-items", "/api/views/0/items", R"({"view":{"filters":""}})", 200},
    {"list-widgets", "/api/widgets", "", 200},
    {"create-widget", "/api/widgets", R"({"type":"custom","template":{"type":"wrapper","widgets":[]}})", 201},
    {"get-widget", "/api/widgets/{/api/widgets}", "", 200},
    {"update-widget", "/api/widgets/{/api/widgets}", R"({"order":2})", 202},
    {"delete-widget", "/api/widgets/{/api/widgets}", "", 204},
};
// clang-format on

class SimulatorOperationsTest : public HelpDesk {
protected:
    std::string named(std::string_view name)
    {
        if (name == "TICKET_FIELD")
            return filled(std::string(kTicketField));
        if (name == "CUSTOMER_FIELD")
            return filled(std::string(kCustomerField));
        if (name == "TICKET_OF_MESSAGE")
            return std::to_string(get("/api/messages").id("/data/0/ticket_id"));
        if (name == "MESSAGE_BODY")
            return get("/api/messages")["/data/0/public"] == true ? R"({"channel":"api","from_agent":true})"
                                                                  : R"({"channel":"internal-note","from_agent":true})";
        if (name == "NEW_TICKET")
            return std::to_string(post("/api/tickets", R"({"messages":[{"channel":"api","from_agent":true}]})").id());
        if (name == "NEW_JOB")
            return std::to_string(post("/api/jobs", R"({"type":"exportTicket","params":{}})").id());
        return {};
    }
    std::string filled(std::string text)
    {
        for (auto const* name :
             {"TICKET_FIELD", "CUSTOMER_FIELD", "TICKET_OF_MESSAGE", "MESSAGE_BODY", "NEW_TICKET", "NEW_JOB"})
            if (auto const at = text.find(name); at != std::string::npos)
                text.replace(at, std::string_view(name).size(), named(name));
        for (auto open = text.find("{/api"); open != std::string::npos; open = text.find("{/api")) {
            auto const close = text.find('}', open);
            text.replace(open, close - open + 1, std::to_string(first(text.substr(open + 1, close - open - 1))));
        }
        return text;
    }
    std::string uploaded()
    {
        auto const url =
            post("/api/upload", "--XX\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nx\r\n--XX--")
                .text("/0/url");
        return url.substr(url.find("/api/"));
    }

    std::set<std::string> covered;
};

TEST_F(SimulatorOperationsTest, AllAnswerAMinimalCall)
{
    auto const all = operations();
    ASSERT_EQ(all.size(), 113U);
    for (auto const& operation : all) {
        auto const minimal = std::ranges::find(kMinimal, operation.id, &Minimal::operation);
        ASSERT_NE(minimal, std::end(kMinimal)) << operation.id;
        send(http::Method::post, "/_simulator/reset");
        body_type = minimal->body.starts_with("--XX") || minimal->path == "UPLOADED"
                        ? "multipart/form-data; boundary=XX"
                        : "application/json";
        auto const path = minimal->path == "UPLOADED" ? uploaded() : filled(std::string(minimal->path));

        auto const reply = call(operation.method, path, filled(std::string(minimal->body)));

        EXPECT_EQ(reply.status(), minimal->status) << operation.id << ' ' << path << ": " << reply.response.body;
        auto const type = reply.header("content-type");
        bool const empty = reply.response.body.empty();
        EXPECT_EQ(empty, type.empty()) << operation.id;
        EXPECT_TRUE(empty || type != "application/json" || !reply.body.is_null()) << operation.id;
    }
}

TEST_F(SimulatorOperationsTest, AllAskForCredentials)
{
    for (auto const& operation : operations()) {
        auto const reply = send(operation.method, "/acme" + std::string(operation.path), {}, "Basic none");
        EXPECT_EQ(reply.status(), 401) << operation.id;
    }
}

} // namespace
} // namespace sluice::simulator::testing
