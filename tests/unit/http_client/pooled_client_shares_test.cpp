#include "pooled_client_fixture.hpp"

#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace sluice::http {
namespace {

/// Several calls at once, each for an owner.
class SharesTest : public PooledClientTest {
protected:
    static ClientConfig small()
    {
        ClientConfig config;
        config.connections = 64;
        config.connections_per_host = 16;
        config.queue = 0; // A call without a place is refused at once.
        return config;
    }
    static Owner owner(std::uint8_t environment, std::uint8_t account = 0)
    {
        Owner owner;
        owner.environment = EnvironmentId{Uuid{environment}};
        if (account != 0)
            owner.account = IntegratedAccountId{Uuid{account}};
        return owner;
    }

    void begin(ScriptedPeer const& peer, Owner const& whose)
    {
        OutgoingRequest request;
        request.url = peer.url();
        request.owner = whose;
        asio::co_spawn(io_, limited_.send(std::move(request), Deadline::after(500ms)),
                       [this](std::exception_ptr const&, Result<IncomingResponse> const& answer) {
                           if (!answer)
                               errors_.push_back(answer.error());
                           else
                               ++answers_;
                       });
        io_.restart();
        io_.poll();
    }

    PooledClient limited_{io_, small(), egress_, metrics_};
    std::vector<Error> errors_;
    int answers_ = 0;
};

TEST_F(SharesTest, LeaveRoomForOthersWhateverOneTenantDoes)
{
    ScriptedPeer const hanging(io_, {Script{hang()}});

    for (int i = 0; i < 700; ++i)
        begin(hanging, owner(1, static_cast<std::uint8_t>(1 + i % 4)));

    EXPECT_GE(errors_.size(), 700U - 8U); // Half of the host's 16.
    EXPECT_LT(errors_.size(), 700U - 4U);
    EXPECT_EQ(errors_.back().code(), ErrorCode::rate_limited);
    errors_.clear();
    begin(hanging, owner(2, 9));
    EXPECT_TRUE(errors_.empty());
}

TEST_F(SharesTest, AnAccountLeavesRoomForTheOthersOfItsEnvironment)
{
    ScriptedPeer const hanging(io_, {Script{hang()}});

    for (int i = 0; i < 20; ++i)
        begin(hanging, owner(1, 1));

    ASSERT_EQ(errors_.size(), 20U - 4U);
    EXPECT_NE(errors_.back().public_detail().find("This account"), std::string::npos);
    errors_.clear();
    begin(hanging, owner(1, 2));
    EXPECT_TRUE(errors_.empty());
    for (int i = 0; i < 20; ++i)
        begin(hanging, owner(1, static_cast<std::uint8_t>(10 + i)));
    EXPECT_NE(errors_.back().public_detail().find("This environment"), std::string::npos);
}

TEST_F(SharesTest, ManyHostsOfOneTenantLeaveRoomToo)
{
    std::vector<std::unique_ptr<ScriptedPeer>> hosts;
    for (int i = 0; i < 20; ++i)
        hosts.push_back(std::make_unique<ScriptedPeer>(io_, std::vector<Script>{Script{hang()}}));

    for (auto const& host : hosts)
        for (int i = 0; i < 8; ++i)
            begin(*host, owner(1));

    EXPECT_EQ(errors_.size(), 160U - 32U); // Half of 64.
    errors_.clear();
    begin(*hosts.back(), owner(2));
    EXPECT_TRUE(errors_.empty());
}

TEST_F(SharesTest, ComeBackWhenACallEnds)
{
    ScriptedPeer const peer(io_, {Script{hang()}});
    for (int i = 0; i < 8; ++i)
        begin(peer, owner(1));
    begin(peer, owner(1));
    ASSERT_EQ(errors_.size(), 1U);

    io_.restart();
    io_.run_for(700ms); // Their deadline passes.

    ASSERT_EQ(errors_.size(), 9U);
    begin(peer, owner(1));
    EXPECT_EQ(errors_.size(), 9U);
}

TEST_F(SharesTest, OfTheBytesOfLargeAnswersToo)
{
    ClientConfig config;
    config.answer_bytes = 3 * 1024 * 1024;
    PooledClient client(io_, config, egress_, metrics_);
    std::string const mebibyte(1024 * 1024, 'x');
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, mebibyte))}});
    ScriptedPeer const small(io_, {Script{send(http_answer(200, "{}"))}});
    auto const ask = [&](ScriptedPeer const& whom, std::uint8_t environment, Method method = Method::get) {
        OutgoingRequest request;
        request.method = method;
        request.url = whom.url();
        request.owner = owner(environment);
        return test::run_on(io_, client.send(std::move(request), Deadline::after(5s)));
    };
    std::vector<Result<IncomingResponse>> held;

    held.push_back(ask(peer, 1));
    ASSERT_TRUE(held.back());
    auto const refused = ask(peer, 1); // Half of three, with what is taken ahead, is one.
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_NE(refused.error().public_detail().find("this environment"), std::string::npos);
    auto const write = ask(peer, 1, Method::post);
    ASSERT_TRUE(write) << "it was made: nobody should repeat it";
    EXPECT_EQ(write->status, 200);
    ASSERT_TRUE(write->unread);
    EXPECT_NE(write->unread->public_detail().find("was not read"), std::string::npos);
    EXPECT_TRUE(ask(small, 1));
    EXPECT_TRUE(ask(peer, 2));
    held.clear(); // The answers are gone.
    EXPECT_TRUE(ask(peer, 1));
}

} // namespace
} // namespace sluice::http
