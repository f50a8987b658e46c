// Whose requests they are: of whoever connects, or of whom a trusted proxy names.
#include "proxy_headers.hpp"
#include "server_fixture.hpp"

namespace sluice::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHead = "GET /client HTTP/1.1\r\nhost: a\r\n";
std::string const kBinary = test::binary_header(test::kProxied, test::kTcp4, test::addresses4("\xc0\x00\x02\x07"));

/// The client that the handler saw.
std::string body_of(std::string const& answer)
{
    auto const end = answer.find("\r\n\r\n");
    return end == std::string::npos ? answer : answer.substr(end + 4);
}

class ClientsTest : public ServerTest {
protected:
    explicit ClientsTest(std::vector<std::string> trusted = {}, bool has_headers = false,
                         std::chrono::milliseconds head_limit = 10s)
        : ServerTest({.connection_limit = 1000,
                      .head_limit = head_limit,
                      .trusted_proxies = std::move(trusted),
                      .proxy_protocol = has_headers})
    {
    }
    std::string client_with(std::string_view fields, std::string_view before = {})
    {
        return body_of(answer_to(fmt::format("{}{}{}\r\n", before, kHead, fields)));
    }
};

TEST_F(ClientsTest, WhoConnectsIsTheClientWhateverItSays)
{
    EXPECT_EQ(client_with(""), "127.0.0.1");
    EXPECT_EQ(client_with("X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n"), "127.0.0.1");
}

TEST_F(ClientsTest, AProxyHeaderThatIsNotAskedForIsNoHttp)
{
    EXPECT_EQ(status_of(answer_to("PROXY TCP4 6.6.6.6 10.0.0.1 1 2\r\n" + std::string(kHead) + "\r\n")), 400);
    EXPECT_EQ(status_of(answer_to(kBinary + std::string(kHead) + "\r\n")), 400);
}

TEST_F(ClientsTest, IsKnownBeforeTheBodyIsRead)
{
    auto peer = client();
    peer.send("POST /client HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 100);
    EXPECT_EQ(handler_.admitted, "127.0.0.1");
}

TEST_F(ClientsTest, NetworksThatAreNoneAreNamedAtTheStart)
{
    Server other(io_, {.port = 0, .trusted_proxies = {"10.0.0.0/8", "localhost"}}, handler_, metrics_, log_);
    auto const listening = other.listen();
    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().failures().front().path, "server.trusted_proxies");
    EXPECT_NE(listening.error().public_detail().find("localhost"), std::string::npos)
        << listening.error().public_detail();
}

class BehindAProxyTest : public ClientsTest {
protected:
    BehindAProxyTest()
        : ClientsTest({"127.0.0.0/8", "10.0.0.0/8"})
    {
    }
};

TEST_F(BehindAProxyTest, TheProxyNamesTheClient)
{
    EXPECT_EQ(client_with("X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.2\r\n"), "192.0.2.1");
    EXPECT_EQ(client_with("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n"), "192.0.2.1");
    EXPECT_EQ(client_with("Forwarded: for=\"[2001:db8::1]:80\";proto=https\r\n"), "2001:db8::1");
    EXPECT_EQ(client_with("X-Forwarded-For: unknown\r\n"), "127.0.0.1");
    EXPECT_EQ(client_with(""), "127.0.0.1");
}

TEST_F(BehindAProxyTest, EachRequestOfAConnectionHasItsOwnClient)
{
    auto peer = client();
    for (auto const* address : {"192.0.2.1", "192.0.2.1", "2001:db8::1", "192.0.2.3"}) {
        peer.send(fmt::format("{}X-Forwarded-For: {}\r\n\r\n", kHead, address));
        EXPECT_EQ(body_of(peer.answer()), address);
    }
    peer.send(fmt::format("{}\r\n", kHead));
    EXPECT_EQ(body_of(peer.answer()), "127.0.0.1");
}

TEST_F(BehindAProxyTest, WhoIsRefusedIsKnownToo)
{
    auto peer = client();
    peer.send(fmt::format("{}X-Forwarded-For: 192.0.2.1\r\n\r\n", kHead));
    EXPECT_EQ(body_of(peer.answer()), "192.0.2.1");
    peer.send("\x16\x03\x01\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 400);
    EXPECT_EQ(handler_.refused, "127.0.0.1") << "it said nothing of its client";
    answer_to("POST /client HTTP/1.1\r\nhost: a\r\nX-Forwarded-For: 192.0.2.1\r\ncontent-length: 9999999\r\n\r\n");
    EXPECT_EQ(handler_.refused, "192.0.2.1");
}

class BehindAStrangerTest : public ClientsTest {
protected:
    BehindAStrangerTest()
        : ClientsTest({"10.0.0.0/8"})
    {
    }
};

TEST_F(BehindAStrangerTest, IsNotBelieved)
{
    EXPECT_EQ(client_with("X-Forwarded-For: 192.0.2.1\r\n"), "127.0.0.1");
}

class ProxyProtocolTest : public ClientsTest {
protected:
    ProxyProtocolTest()
        : ClientsTest({"127.0.0.0/8", "10.0.0.0/8"}, true)
    {
    }
};

TEST_F(ProxyProtocolTest, TheHeaderNamesTheClientOfTheWholeConnection)
{
    for (auto const& before : {std::string("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n"), kBinary}) {
        auto peer = client();
        peer.send(fmt::format("{}{}\r\n", before, kHead));
        EXPECT_EQ(body_of(peer.answer()), "192.0.2.7");
        peer.send(fmt::format("{}X-Forwarded-For: 6.6.6.6\r\n\r\n", kHead));
        EXPECT_EQ(body_of(peer.answer()), "192.0.2.7");
    }
    EXPECT_EQ(client_with("", "PROXY TCP6 2001:db8::1 fd00::1 1 2\r\n"), "2001:db8::1");
    EXPECT_EQ(client_with("", "PROXY TCP6 ::ffff:192.0.2.7 fd00::1 1 2\r\n"), "192.0.2.7");
    EXPECT_EQ(metrics_.unintroduced.value(), 0U);
}

TEST_F(ProxyProtocolTest, TheLoadBalancersOwnRequestsHaveItsAddress)
{
    EXPECT_EQ(client_with("", "PROXY UNKNOWN\r\n"), "127.0.0.1");
    EXPECT_EQ(client_with("", test::binary_header(test::kLocal, 0, "")), "127.0.0.1");
}

TEST_F(ProxyProtocolTest, ForwardedFieldsAreBelievedIfTheNamedSourceIsTrusted)
{
    EXPECT_EQ(client_with("X-Forwarded-For: 192.0.2.9\r\n", "PROXY TCP4 10.0.0.5 10.0.0.1 1 2\r\n"), "192.0.2.9");
    EXPECT_EQ(client_with("X-Forwarded-For: 192.0.2.9\r\n", "PROXY UNKNOWN\r\n"), "192.0.2.9");
}

TEST_F(ProxyProtocolTest, TheHeaderMayComeByteByByteAndTheRequestWithIt)
{
    for (auto const& before : {std::string("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n"), kBinary}) {
        auto peer = client();
        for (char const byte : before + std::string(kHead) + "\r\n")
            ASSERT_TRUE(peer.send({&byte, 1}));
        EXPECT_EQ(body_of(peer.answer()), "192.0.2.7");
    }
}

TEST_F(ProxyProtocolTest, WhoeverBringsNoHeaderIsClosedWithoutAWord)
{
    auto const too_long = test::binary_header(test::kLocal, 0, std::string(600, 'x'));
    for (auto const& bytes :
         {std::string(kHead) + "\r\n", std::string("PROXY TCP4 192.0.2.7 10.0.0.1 1\r\n"), std::string("\x16\x03\x01"),
          "PROXY UNKNOWN " + std::string(200, 'x'), too_long, kBinary.substr(0, 14) + "\xff\xff"}) {
        auto peer = client();
        peer.send(bytes);
        EXPECT_TRUE(peer.is_closed()) << bytes;
    }
    EXPECT_EQ(metrics_.unintroduced.value(), 6U);
    EXPECT_EQ(metrics_.refused.value(), 0U);
}

TEST_F(ProxyProtocolTest, WhoeverLeavesWithinTheHeaderIsForgotten)
{
    auto peer = client();
    peer.send("PROXY TCP4");
    peer.finish_sending();
    EXPECT_TRUE(peer.is_closed());
}

class ProxyProtocolOfStrangersTest : public ClientsTest {
protected:
    ProxyProtocolOfStrangersTest()
        : ClientsTest({"10.0.0.0/8"}, true)
    {
    }
};

TEST_F(ProxyProtocolOfStrangersTest, IsClosedWhateverItSays)
{
    auto peer = client();
    peer.send("PROXY TCP4 10.0.0.5 10.0.0.1 1 2\r\n");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(metrics_.unintroduced.value(), 1U);
}

class HurriedProxyProtocolTest : public ClientsTest {
protected:
    HurriedProxyProtocolTest()
        : ClientsTest({"127.0.0.1"}, true, 1ms)
    {
    }
};

TEST_F(HurriedProxyProtocolTest, AHeaderThatIsLateIsNotWaitedFor)
{
    auto silent = client();
    auto slow = client();
    slow.send("PROXY TCP4 192.0.2.7");
    EXPECT_TRUE(silent.is_closed());
    EXPECT_TRUE(slow.is_closed());
}

} // namespace
} // namespace sluice::http
