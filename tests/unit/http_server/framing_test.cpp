// Where a request ends, and whom it is for, is never guessed.
#include "server_fixture.hpp"

namespace sluice::http {
namespace {

/// Sends `start` and then `more` for as long as the server takes it, at most 64 MiB. How much it took.
std::size_t flood(RawClient& peer, std::string_view start, std::string_view more)
{
    constexpr std::size_t kMost = 64 * 1024 * 1024;
    std::size_t taken = start.size();
    peer.send(kChunkedHead);
    peer.send(start);
    while (taken < kMost && peer.send(more))
        taken += more.size();
    return taken;
}

struct Endless {
    char const* name;
    std::string start;
    std::string more;
};

class EndlessFramingTest : public ServerTest, public testing::WithParamInterface<Endless> {};

TEST_P(EndlessFramingTest, IsRefusedAndClosed)
{
    auto peer = client();

    peer.send(kChunkedHead);
    peer.send(GetParam().start);
    for (std::size_t sent = 0; sent < 1024 * 1024; sent += GetParam().more.size())
        if (!peer.send(GetParam().more))
            break;

    EXPECT_EQ(status_of(peer.answer()), 431);
}

TEST_P(EndlessFramingTest, IsNotReadForEver)
{
    auto peer = client();

    EXPECT_LT(flood(peer, GetParam().start, GetParam().more), 64U * 1024 * 1024);
}

INSTANTIATE_TEST_SUITE_P(
    , EndlessFramingTest,
    testing::Values(Endless{"Extension", "1;a=\"", std::string(65536, 'x')},
                    Endless{"ExtensionOfLastChunk", "0;a=\"", std::string(65536, 'x')},
                    Endless{"Trailer", "1\r\nx\r\n0\r\nx-t: ", std::string(65536, 'x')},
                    Endless{"Trailers", "0\r\n", "x-t: 12345678\r\n"}, Endless{"Zeros", "0", std::string(65536, '0')},
                    Endless{"ExtensionsOfSmallChunks", "", "1;a=" + std::string(1000, 'x') + "\r\nx\r\n"},
                    Endless{"ZerosOfSmallChunks", "", std::string(1000, '0') + "1\r\nx\r\n"}),
    [](auto const& param) { return std::string(param.param.name); });

TEST_F(ServerTest, FramingOfManyConnectionsIsRefused)
{
    std::vector<RawClient> peers;
    for (int i = 0; i < 100; ++i) {
        peers.push_back(client());
        peers.back().send(kChunkedHead);
    }

    for (auto& peer : peers)
        peer.send("1;a=" + std::string(32 * 1024, 'x'));

    for (auto& peer : peers)
        EXPECT_EQ(status_of(peer.answer()), 431);
}

TEST_F(ServerTest, ChunksMayBeAsSmallAsTheyLikeAndBringALittleBeside)
{
    std::string body;
    for (int i = 0; i < 20'000; ++i)
        body += "1\r\nx\r\n";
    body += "000a;name=\"value\"\r\n0123456789\r\n";

    auto const answer = answer_to(std::string(kChunkedHead) + body + "0\r\nx-sum: 1\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("POST /x " + std::string(20'000, 'x') + "0123456789"), std::string::npos);
}

TEST_F(ServerTest, ATrailerIsNoHeaderField)
{
    auto const answer = answer_to(std::string(kChunkedHead) + "1\r\nx\r\n0\r\nauthorization: Bearer x\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(answer.find("authorization"), std::string::npos);
}

struct Unclear {
    char const* name;
    std::string head;
};

class UnclearRequestTest : public ServerTest, public testing::WithParamInterface<Unclear> {};

TEST_P(UnclearRequestTest, IsRefusedAndNothingAfterItIsRead)
{
    auto peer = client();

    peer.send("POST /x " + GetParam().head + "\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(status_of(peer.answer()), 400);
    EXPECT_TRUE(peer.is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    , UnclearRequestTest,
    testing::Values(
        Unclear{"UnknownCoding", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked"},
        Unclear{"Identity", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity"},
        Unclear{"IdentityLast", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity"},
        Unclear{"GzipFirst", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked"},
        Unclear{"ChunkedTwice", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked"},
        Unclear{"TwoFields", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked"},
        Unclear{"EmptyCoding", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding:"},
        Unclear{"Quoted", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \"chunked\""},
        Unclear{"UnknownCodingAndLength", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\ncontent-length: 5"},
        Unclear{"ChunkedAndLength", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5"},
        Unclear{"LengthAndChunked", "HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked"},
        Unclear{"ChunkedBeforeItsTime", "HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked"},
        Unclear{"TwoLengths", "HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6"},
        Unclear{"OneLengthTwice", "HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 1"},
        Unclear{"ListOfLengths", "HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 1"},
        Unclear{"SignedLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: +1"},
        Unclear{"NegativeLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: -1"},
        Unclear{"HexLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: 0x1"},
        Unclear{"EmptyLength", "HTTP/1.1\r\nhost: a\r\ncontent-length:"},
        Unclear{"HugeLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999999"},
        Unclear{"NoHost", "HTTP/1.1\r\ncontent-length: 0"},
        Unclear{"TwoHosts", "HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 0"},
        Unclear{"OneHostTwice", "HTTP/1.0\r\nhost: a\r\nhost: a\r\ncontent-length: 0"},
        Unclear{"HostList", "HTTP/1.1\r\nhost: a, b\r\ncontent-length: 0"},
        Unclear{"HostWithUser", "HTTP/1.1\r\nhost: a@b\r\ncontent-length: 0"},
        Unclear{"HostWithPath", "HTTP/1.1\r\nhost: a/b\r\ncontent-length: 0"},
        Unclear{"EmptyHost", "HTTP/1.1\r\nhost:\r\ncontent-length: 0"},
        Unclear{"HostWithoutName", "HTTP/1.1\r\nhost: :80\r\ncontent-length: 0"},
        Unclear{"HostWithPortOfNone", "HTTP/1.1\r\nhost: a:99999\r\ncontent-length: 0"},
        Unclear{"HostWithTwoPorts", "HTTP/1.1\r\nhost: a:80:80\r\ncontent-length: 0"},
        Unclear{"HostWithNamedPort", "HTTP/1.0\r\nhost: a:http\r\ncontent-length: 0"},
        Unclear{"HostWithOpenBracket", "HTTP/1.1\r\nhost: [::1\r\ncontent-length: 0"},
        Unclear{"HostWithBracketsAroundNoAddress", "HTTP/1.1\r\nhost: [a]\r\ncontent-length: 0"},
        Unclear{"HostWithTextBehindBrackets", "HTTP/1.1\r\nhost: [::1]80\r\ncontent-length: 0"}),
    [](auto const& param) { return std::string(param.param.name); });

TEST_F(ServerTest, ClearFramingIsServed)
{
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nHOST: a.example.:8080\r\ncontent-length: 1\r\n\r\nx")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.1\r\nhost: [::1]:80\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.1\r\nhost: a:\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.0\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.0\r\nhost: a\r\n\r\n")), 200);
}

TEST_F(ServerTest, TheAuthorityOfAnAbsoluteTargetStandsForTheHost)
{
    auto const answer = answer_to("GET HTTP://b.example:81/x?y=1 HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("GET /x?y=1  host=b.example:81"), std::string::npos) << answer;
    EXPECT_NE(answer_to("GET http://b?y=1 HTTP/1.1\r\nhost: a\r\n\r\n").find("GET /?y=1  host=b"), std::string::npos);
    EXPECT_NE(answer_to("GET https://b HTTP/1.0\r\n\r\n").find("GET /  host=b"), std::string::npos);
}

TEST_F(ServerTest, AnAbsoluteTargetWithoutAHostIsRefused)
{
    for (std::string const target : {"http://", "http:///x", "http://a@b/x", "http://b:99999/x", "http://[::1/x"})
        EXPECT_EQ(status_of(answer_to("GET " + target + " HTTP/1.1\r\nhost: a\r\n\r\n")), 400) << target;
}

} // namespace
} // namespace sluice::http
