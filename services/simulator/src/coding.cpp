#include "coding.hpp"

#include <stdexcept>

#include <zlib.h>

namespace sluice::simulator {
namespace {

/// In the format of gzip (RFC 1952) or zlib (RFC 1950).
std::string compressed(std::string const& text, bool is_gzip)
{
    constexpr int kWindow = MAX_WBITS;
    constexpr int kGzip = 16;
    constexpr int kMemory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, is_gzip ? kWindow + kGzip : kWindow, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib has no memory");
    std::string out(deflateBound(&stream, text.size()), '\0');
    std::string in = text;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace

void encode(http::Response& response, std::string_view coding)
{
    if (coding.empty() || response.body.empty())
        return;
    response.body = compressed(response.body, coding == "gzip");
    response.headers.set("content-encoding", coding);
}

} // namespace sluice::simulator
