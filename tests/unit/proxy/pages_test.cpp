#include "proxy/pages.hpp"

#include "accounts/integrations.hpp"
#include "proxy/account_observer.hpp"
#include "proxy/parts.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_client.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::proxy {
namespace {

using namespace std::chrono_literals;

/// Lists of a desk whose pages have at most 100 records.
class PagesTest : public ::testing::Test {
protected:
    PagesTest()
    {
        auto const parts = accounts::split_context(
            json::parse(R"({"subdomain":"acme","email":"e","api_key":"k"})")->get_object(), *catalog::test::desk());
        auto connected = std::make_shared<accounts::CallableAccount>();
        connected->key = crypto::DataKey::generate(EnvironmentId{Uuid{7}}, 1);
        connected->account.id = IntegratedAccountId{Uuid{9}};
        connected->account.status = accounts::Status::active;
        connected->account.authentication_method = "api_key";
        connected->account.context = parts.visible;
        connected->account.sealed =
            connected->key.seal(accounts::sealing_place(connected->account.id), boost::json::serialize(parts.secret));
        connected->installed = std::make_shared<accounts::InstalledIntegration>(
            accounts::InstalledIntegration{catalog::test::desk(), nullptr});
        connected->base_url = "https://acme.desk.example";
        connected->place = accounts::sealing_place(connected->account.id);
        connected->visible = json::object{{"context", parts.visible}};
        account_ = std::move(connected);
    }

    void answer(std::string_view next, std::string_view records = R"({"id":1})")
    {
        client_.answer(200, fmt::format(R"({{"data":[{}],"meta":{{"next_cursor":{}}}}})", records, next));
    }

    Outcome list(std::int64_t limit, std::optional<std::string> cursor = std::nullopt)
    {
        catalog::CallParts parts;
        parts.limit = limit;
        parts.next_cursor = std::move(cursor);
        auto outcome = test::run(call_pages(caller_, account_, *catalog::test::desk()->find("tickets", "list"),
                                            std::move(parts), {}, Deadline::after(1h)));
        EXPECT_TRUE(outcome) << outcome.error().public_detail();
        return outcome ? *std::move(outcome) : Outcome();
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    accounts::RefresherMetrics refresher_metrics_{registry_};
    CallerMetrics caller_metrics_{registry_};
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeIntegrations definitions_{"tolerated"};
    WorkerPool workers_{1, 100};
    accounts::Integrations integrations_{definitions_, workers_};
    test::FakeClient client_;
    accounts::Refresher refresher_{rows_, integrations_, client_, clock_, log_, refresher_metrics_};
    accounts::Vault vault_{clock_};
    crypto::Keyring keyring_ = *crypto::Keyring::parse(
        R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    crypto::CursorSealer cursors_{keyring_, clock_};
    AccountObserver observer_{io_, rows_, clock_, log_};
    Caller caller_{client_, vault_, refresher_, cursors_, clock_, observer_, caller_metrics_};
    accounts::CallableAccountPtr account_;
};

TEST_F(PagesTest, FollowCursorsToTheEnd)
{
    answer(R"("b")");
    answer(R"("c")", R"({"id":2})");
    answer("null", R"({"id":3})");
    auto const outcome = list(150);
    EXPECT_EQ(outcome.page.items, R"([{"id":1},{"id":2},{"id":3}])");
    EXPECT_FALSE(outcome.next_cursor);
    EXPECT_EQ(outcome.note, "");
    ASSERT_EQ(client_.requests.size(), 3U);
    EXPECT_NE(client_.requests[2].url.find("cursor=c"), std::string::npos);
}

TEST_F(PagesTest, EndAtAnEmptyCursor)
{
    for (auto const* empty : {R"("")", "false", "0", "null"}) {
        answer(empty);
        EXPECT_FALSE(list(150).next_cursor) << empty;
        answer(empty);
        EXPECT_FALSE(list(5).next_cursor) << empty;
    }
    EXPECT_EQ(client_.requests.size(), 8U);
}

TEST_F(PagesTest, EndWithANoteWhereACursorRepeatsWhateverIsInBetween)
{
    client_.respond = [n = 0](http::OutgoingRequest const&) mutable {
        return test::vendor_answer(200,
                                   fmt::format(R"({{"data":[{{"id":1}}],"meta":{{"next_cursor":"{}"}}}})", n++ % 3));
    };
    auto const outcome = list(150);
    EXPECT_EQ(outcome.page.count, 4U);
    EXPECT_FALSE(outcome.next_cursor);
    EXPECT_EQ(outcome.note, kEndlessNote);
    EXPECT_EQ(client_.requests.size(), 4U);
}

TEST_F(PagesTest, EndOneByOneWhereTheCursorStays)
{
    answer(R"("same")");
    answer(R"("same")");
    auto const first = list(5);
    ASSERT_TRUE(first.next_cursor);
    auto const second = list(5, first.next_cursor);
    EXPECT_FALSE(second.next_cursor);
    EXPECT_EQ(second.note, kEndlessNote);
}

} // namespace
} // namespace sluice::proxy
