// The worker whole, on a real database and real sockets: what it took when it is told to stop, and whose turn it is.
#include "worker/app.hpp"

#include "crypto/token.hpp"
#include "events/deliverer.hpp"
#include "events/signature.hpp"
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/fake_integrations.hpp"
#include "support/must.hpp"
#include "support/run.hpp"
#include "support/scripted_peer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

using namespace std::chrono_literals;

/// A scripted vendor and receiver on a thread of its own.
class Peer {
public:
    explicit Peer(test::ScriptedPeer::Respond respond)
        : peer_(std::make_unique<test::ScriptedPeer>(io_, std::move(respond)))
        , port_(peer_->port())
        , thread_([this] { io_.run(); })
    {
    }
    ~Peer() { stop(); }

    /// Closes all connections.
    void stop()
    {
        if (!thread_.joinable())
            return;
        asio::post(io_, [this] {
            peer_.reset();
            guard_.reset();
        });
        thread_.join();
    }
    [[nodiscard]] std::string url(std::string_view path = "") const
    {
        return fmt::format("http://127.0.0.1:{}{}", port_, path);
    }
    [[nodiscard]] std::string allowed() const { return fmt::format("127.0.0.1:{}", port_); }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
    std::unique_ptr<test::ScriptedPeer> peer_;
    std::uint16_t port_;
    std::thread thread_;
};

class WorkerTest : public ::testing::Test {
protected:
    EnvironmentId environment(std::string const& name)
    {
        must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
        return must(test::run(store_.tenancy().ensure_environment("t", name, {}, soon()))).value.id;
    }

    /// An OAuth account of Acme at `vendor`, whose renewal is due.
    accounts::Account account(EnvironmentId in, std::string const& vendor)
    {
        test::FakeIntegrations const acme;
        must(test::run(store_.integrations().publish(acme.stored, {}, soon())));
        accounts::EnvironmentIntegration installed;
        installed.environment = in;
        installed.integration = acme.stored.id;
        installed.override = json::object{{"base_url", vendor}};
        installed.override["credentials"] = json::object{{"oauth2", json::object{{"client_id", "app"}}}};
        installed.app_secret = Secret{"app-secret"};
        accounts::Account made;
        made.environment = in;
        made.environment_integration = must(test::run(store_.installations().ensure(installed, {}, soon()))).row.id;
        made.tenant_id = "acme";
        made.status = accounts::Status::active;
        made.authentication_method = "oauth2";
        made.access_expires_at = clock_.now() + 10min;
        made.refresh_due_at = clock_.now() - 1s;
        json::object const token{{"access_token", "old-access"}, {"refresh_token", "old-refresh"}};
        accounts::Context const context{{}, {{"oauth", json::object{{"token", token}}}}};
        return must(test::run(store_.accounts().create(made, context, {}, soon())));
    }

    WebhookId webhook(EnvironmentId in, std::string target)
    {
        events::Webhook made;
        made.environment = in;
        made.target_url = std::move(target);
        return must(test::run(store_.webhooks().create(made, events::mint_signing_secret(), {}, soon()))).id;
    }
    void send(EnvironmentId in, WebhookId to) { must(test::run(store_.webhooks().send_test(in, to, {}, soon()))); }

    /// Runs a worker until it is told to stop.
    std::future<Result<void>> work(std::vector<std::string> allowed) { return work(std::move(allowed), keyring_); }
    std::future<Result<void>> work(std::vector<std::string> allowed, crypto::Keyring const& keyring)
    {
        worker::Config config;
        config.server.port = 0;
        config.database = {.url = database_.url("sluice_worker"), .connections = 4};
        config.egress_allow = std::move(allowed);
        return std::async(std::launch::async, [this, config, &keyring] {
            return worker::run(config, must(crypto::Keyring::parse(keyring.serialise().reveal())), clock_, log_);
        });
    }

    test::Database database_;
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    pg::Pool pool_{{.url = database_.url("sluice_app"), .connections = 2}, metrics_, log_};
    snapshots::NoCaches no_caches_;
    Store store_{pool_, keyring_, clock_, no_caches_};
};

TEST_F(WorkerTest, RefusesToStartWithKeysThatAreNotTheDatabases)
{
    ASSERT_TRUE(test::run(store_.tenancy().check_keyring(soon())));
    auto const others = crypto::Keyring::generate();
    auto worker = work({}, others);
    if (worker.wait_for(20s) != std::future_status::ready)
        std::raise(SIGTERM);
    auto const refused = worker.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
}

TEST_F(WorkerTest, FinishesARenewalAndADeliveryThatWereUnderWayWhenItWasToldToStop)
{
    int asked = 0;
    Peer peer([&](std::string const& request) -> test::Script {
        if (++asked == 2)
            std::raise(SIGTERM);
        auto const* const granted = R"({"access_token":"new-access","refresh_token":"new-refresh","expires_in":3600})";
        bool const is_token = request.starts_with("POST /token");
        return {test::pause(500ms),
                test::send(test::http_answer(200, is_token ? granted : "{}", "content-type: application/json\r\n"))};
    });
    auto const in = environment("mine");
    auto const made = account(in, peer.url());
    send(in, webhook(in, peer.url("/hook")));
    auto worker = work({peer.allowed()});
    ASSERT_EQ(worker.wait_for(20s), std::future_status::ready);
    EXPECT_TRUE(worker.get());
    auto const after = must(test::run(store_.accounts().find(in, made.id, soon())));
    EXPECT_EQ(after.status, accounts::Status::active);
    EXPECT_EQ(after.generation, 2) << "what the vendor gave is stored";
    EXPECT_EQ(database_.value("SELECT count(*) FROM deliveries WHERE status = 'delivered'"), "1");
    EXPECT_EQ(database_.value("SELECT count(*) FROM integrated_accounts WHERE refresh_intent_generation IS NOT NULL"),
              "0");
}

TEST_F(WorkerTest, OneTenantsHangingReceiverHoldsUpNobodyElse)
{
    constexpr int kFlood = 600;
    Peer hanging([](std::string const&) -> test::Script { return {test::hang()}; });
    std::promise<std::chrono::steady_clock::time_point> arrived;
    Peer receiver([&](std::string const&) -> test::Script {
        arrived.set_value(std::chrono::steady_clock::now());
        return {test::send(test::http_answer(200, "{}"))};
    });
    auto const flood = environment("flood");
    auto const other = environment("other");
    auto const flooded = webhook(flood, hanging.url("/hook"));
    auto const well = webhook(other, receiver.url("/hook"));
    for (int i = 0; i < kFlood; ++i)
        send(flood, flooded);
    auto worker = work({hanging.allowed(), receiver.allowed()});
    // The worker is at it.
    auto const is_busy = [this] {
        return database_.value("SELECT count(*) > 0 FROM jobs WHERE lease_until IS NOT NULL") == "t";
    };
    for (auto const until = soon(); !is_busy() && !until.expired();)
        std::this_thread::yield();
    auto const sent = std::chrono::steady_clock::now();
    send(other, well);
    auto at = arrived.get_future();
    ASSERT_EQ(at.wait_for(20s), std::future_status::ready);
    EXPECT_LT(at.get() - sent, events::Deliverer::kLimit / 2);
    hanging.stop();
    std::raise(SIGTERM);
    ASSERT_EQ(worker.wait_for(20s), std::future_status::ready);
}

} // namespace
} // namespace sluice::store
