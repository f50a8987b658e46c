#include "http_api/content_decoder.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <brotli/decode.h>
#include <zlib.h>

namespace sluice::http {
namespace {

/// The most bytes of one piece: about a millisecond's work.
constexpr std::size_t kPiece = 256 * 1024;
/// The least room for a piece. Text mostly grows to four times its size.
constexpr std::size_t kLeastPiece = 4 * 1024;
constexpr std::size_t kGrowth = 4;
/// No server means to send more.
constexpr std::size_t kMaxCodings = 3;

using Stage = ContentDecoder::Stage;

/// Decodes `gzip`, also with several members (RFC 1952), and `deflate`, with or without its zlib header (RFC 9110
/// section 8.4.1.2 mentions those without).
class Inflate final : public Stage {
public:
    explicit Inflate(bool is_gzip)
        : is_gzip_(is_gzip)
    {
        begin(is_gzip ? MAX_WBITS + 16 : MAX_WBITS);
    }
    ~Inflate() override { inflateEnd(&stream_); }
    Inflate(Inflate const&) = delete;
    Inflate& operator=(Inflate const&) = delete;

    Outcome decode(std::string_view& input, std::string& output, std::size_t room) override
    {
        auto const before = output.size();
        auto const given = std::min<std::size_t>(input.size(), kPiece);
        // zlib does not write to its input.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(given);
        int status = Z_OK;
        output.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
            stream_.next_out = reinterpret_cast<Bytef*>(data + before);
            stream_.avail_out = static_cast<uInt>(room);
            status = inflate(&stream_, Z_NO_FLUSH);
            return before + room - stream_.avail_out;
        });
        bool const is_first = !has_begun_;
        has_begun_ = true;
        if (status == Z_DATA_ERROR && is_first && !is_gzip_ && output.size() == before) {
            inflateEnd(&stream_);
            begin(-MAX_WBITS);
            return Outcome::more;
        }
        input.remove_prefix(given - stream_.avail_in);
        if (status == Z_STREAM_END)
            return after_end(input);
        if (status != Z_OK && status != Z_BUF_ERROR)
            return Outcome::broken;
        return input.empty() && output.size() - before < room ? Outcome::cut : Outcome::more;
    }

private:
    void begin(int window)
    {
        stream_ = z_stream{};
        if (inflateInit2(&stream_, window) != Z_OK)
            throw std::bad_alloc();
    }

    Outcome after_end(std::string_view& input)
    {
        if (!is_gzip_ || input.find_first_not_of('\0') == std::string_view::npos)
            return input.empty() || is_gzip_ ? Outcome::done : Outcome::broken;
        return inflateReset(&stream_) == Z_OK ? Outcome::more : Outcome::broken;
    }

    bool const is_gzip_;
    bool has_begun_ = false;
    z_stream stream_{};
};

class Brotli final : public Stage {
public:
    Brotli()
        : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr))
    {
        if (state_ == nullptr)
            throw std::bad_alloc();
    }
    ~Brotli() override { BrotliDecoderDestroyInstance(state_); }
    Brotli(Brotli const&) = delete;
    Brotli& operator=(Brotli const&) = delete;

    Outcome decode(std::string_view& input, std::string& output, std::size_t room) override
    {
        auto const before = output.size();
        auto left_in = input.size();
        auto const* in = reinterpret_cast<std::uint8_t const*>(input.data());
        auto status = BROTLI_DECODER_RESULT_ERROR;
        output.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
            auto left_out = room;
            auto* out = reinterpret_cast<std::uint8_t*>(data + before);
            status = BrotliDecoderDecompressStream(state_, &left_in, &in, &left_out, &out, nullptr);
            return before + room - left_out;
        });
        input.remove_prefix(input.size() - left_in);
        switch (status) {
        case BROTLI_DECODER_RESULT_SUCCESS:
            return input.empty() ? Outcome::done : Outcome::broken;
        case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
            return Outcome::more;
        case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
            return Outcome::cut;
        default:
            return Outcome::broken;
        }
    }

private:
    BrotliDecoderState* state_;
};

std::unique_ptr<Stage> stage_of(std::string_view coding)
{
    if (coding == "gzip" || coding == "x-gzip")
        return std::make_unique<Inflate>(true);
    if (coding == "deflate")
        return std::make_unique<Inflate>(false);
    if (coding == "br")
        return std::make_unique<Brotli>();
    return nullptr;
}

std::vector<std::string> codings_of(Headers const& headers)
{
    std::vector<std::string> codings;
    for (auto const& [name, value] : headers) {
        if (!iequals(name, "content-encoding"))
            continue;
        for (auto rest = value; !rest.empty();) {
            auto const end = std::min(rest.find(','), rest.size());
            auto coding = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (!coding.empty() && (coding.front() == ' ' || coding.front() == '\t'))
                coding.remove_prefix(1);
            while (!coding.empty() && (coding.back() == ' ' || coding.back() == '\t'))
                coding.remove_suffix(1);
            if (!coding.empty() && !iequals(coding, "identity"))
                codings.push_back(to_lower(coding));
        }
    }
    return codings;
}

} // namespace

ContentDecoder::ContentDecoder(Headers const& headers, std::string body, std::size_t limit)
    : codings_(codings_of(headers))
    , body_(std::move(body))
    , limit_(limit)
{
    if (body_.empty())
        codings_.clear(); // Many servers name a coding for an empty body.
    if (codings_.size() > kMaxCodings)
        fail(Cause::unknown_coding, "has too many content codings");
}

void ContentDecoder::fail(Cause cause, std::string fault)
{
    cause_ = cause;
    fault_ = std::move(fault);
}

ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::begin_stage()
{
    stage_ = stage_of(codings_.back());
    if (!stage_) {
        fail(Cause::unknown_coding, fmt::format("is in a content coding that is not known ({})",
                                                to_valid_utf8(utf8_prefix(codings_.back(), 40))));
        return false;
    }
    rest_ = body_;
    return true;
}

bool ContentDecoder::step()
{
    if (!fault_.empty() || codings_.empty() || (!stage_ && !begin_stage()))
        return false;
    // Room for one byte above the limit shows whether the result is larger.
    auto const room = std::min(std::clamp(rest_.size() * kGrowth, kLeastPiece, kPiece), limit_ + 1 - output_.size());
    auto const outcome = stage_->decode(rest_, output_, room);
    if (output_.size() > limit_)
        fail(Cause::too_large, "is too large once it is decoded");
    else if (outcome == Stage::Outcome::cut)
        fail(Cause::broken, fmt::format("broke off: its {} is not whole", codings_.back()));
    else if (outcome == Stage::Outcome::broken)
        fail(Cause::broken, fmt::format("is not valid {}", codings_.back()));
    if (!fault_.empty())
        return false;
    if (outcome == Stage::Outcome::done) {
        body_ = std::exchange(output_, {});
        decoded_ = body_.size();
        stage_.reset();
        codings_.pop_back();
    }
    return !codings_.empty();
}

} // namespace sluice::http
