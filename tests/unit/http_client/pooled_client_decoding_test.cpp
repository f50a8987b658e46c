#include "pooled_client_fixture.hpp"

#include <string_view>
#include <tuple>
#include <vector>

#include <brotli/encode.h>
#include <zlib.h>

namespace sluice::http {
namespace {

std::string deflated(std::string_view text, int window)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string gzipped(std::string_view text)
{
    return deflated(text, MAX_WBITS + 16);
}

std::string in_brotli(std::string_view text)
{
    std::string out(BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
    auto size = out.size();
    EXPECT_TRUE(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                                      reinterpret_cast<std::uint8_t const*>(text.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())));
    out.resize(size);
    return out;
}

std::string coded_answer(std::string_view coding, std::string_view body)
{
    return http_answer(200, body, "content-encoding: " + std::string(coding) + "\r\n");
}

TEST_F(PooledClientTest, DecodesWhatItSaysItTakes)
{
    std::string text = R"({"id":7,"text":")";
    for (int i = 0; i < 3'000; ++i)
        text += std::to_string(i);
    text += "\"}";
    for (auto const& [coding, body] : std::multimap<std::string, std::string>{
             {"gzip", gzipped(text)},
             {"GZip", gzipped(text)},
             {"x-gzip", gzipped(text.substr(0, 100)) + gzipped(text.substr(100))},
             {"gzip", gzipped(text) + std::string(8, '\0')},
             {"deflate", deflated(text, MAX_WBITS)},
             {"deflate", deflated(text, -MAX_WBITS)},
             {"br", in_brotli(text)},
             {"identity", text},
             {"gzip, identity, br", in_brotli(gzipped(text))},
             {"br\r\ncontent-encoding: gzip", gzipped(in_brotli(text))},
         }) {
        ScriptedPeer const peer(io_, {Script{send(coded_answer(coding, body))}});
        auto const answer = call(peer);
        ASSERT_TRUE(answer) << coding << answer.error().log_message();
        EXPECT_EQ(answer->body, text) << coding;
        EXPECT_FALSE(answer->headers.contains("content-encoding"));
        ASSERT_TRUE(call(peer));
        EXPECT_EQ(peer.accepted(), 1U) << "what is decoded leaves the connection as it was";
        EXPECT_NE(peer.requests().front().find("\r\naccept-encoding: gzip, deflate, br\r\n"), std::string::npos);
    }
}

TEST_F(PooledClientTest, TakesNothingForNothingInAnyCoding)
{
    for (auto const& bytes :
         {coded_answer("gzip", ""), std::string("HTTP/1.1 204 X\r\ncontent-encoding: br\r\n\r\n")}) {
        ScriptedPeer const peer(io_, {Script{send(bytes)}});
        auto const answer = call(peer);
        ASSERT_TRUE(answer) << answer.error().log_message();
        EXPECT_EQ(answer->body, "");
    }
}

TEST_F(PooledClientTest, RefusesABodyThatCannotBeDecoded)
{
    std::string const text(2'000, 'x');
    std::string const bomb(70 * 1024, 'x'); // The limit is 64 KiB.
    for (auto const& [coding, body, word] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"zstd", text, "not known (zstd)"},
             {"gzip", "this is no gzip", "not valid gzip"},
             {"gzip", gzipped(text) + "and more", "not valid gzip"},
             {"gzip", gzipped(text).substr(0, 20), "broke off"},
             {"deflate", "\x78\x9c this is no deflate", "not valid deflate"},
             {"deflate", deflated(text, MAX_WBITS) + "more", "not valid deflate"},
             {"br", in_brotli(text).substr(0, 8), "broke off"},
             {"br", in_brotli(text) + "more", "not valid br"},
             {"gzip", gzipped(bomb), "too large once it is decoded"},
             {"deflate", deflated(bomb, MAX_WBITS), "too large once it is decoded"},
             {"br", in_brotli(bomb), "too large once it is decoded"},
             {"gzip, gzip", gzipped(gzipped(bomb)), "too large once it is decoded"},
             {"gzip, gzip, gzip, gzip", text, "too many"},
         }) {
        ScriptedPeer const peer(io_, {Script{send(coded_answer(coding, body))}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << coding << body.substr(0, 20);
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
        EXPECT_NE(answer.error().public_detail().find(word), std::string::npos) << answer.error().public_detail();
    }
}

} // namespace
} // namespace sluice::http
