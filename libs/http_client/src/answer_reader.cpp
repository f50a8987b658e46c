#include "answer_reader.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <utility>

namespace sluice::http {
namespace {

namespace beast_http = boost::beast::http;

/// How much is reserved for a body at first. More is reserved as it comes.
constexpr std::uint64_t kFirstReserve = 256 * 1024;
/// The most digits of a chunk's size: 64 bits. More would be zeros in front, which no proper server sends.
constexpr int kSizeDigits = 16;

constexpr std::string_view kBrokeOff = "broke off";
constexpr std::string_view kTooLarge = "is too large";
constexpr std::string_view kBadFraming = "is not valid HTTP: its chunks cannot be told apart";

/// The lines of a header that decides where the answer ends.
struct Lines {
    std::size_t count = 0;
    std::string value;
};

template <class Message>
Lines lines_of(Message const& message, beast_http::field name)
{
    Lines lines;
    auto const [first, last] = message.equal_range(name);
    for (auto at = first; at != last; ++at, ++lines.count)
        lines.value = std::string(at->value());
    return lines;
}

std::optional<unsigned> hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

} // namespace

AnswerReader::AnswerReader(Method method, std::size_t body_limit, bool stops_after_head)
    : method_(method)
    , body_limit_(body_limit)
    , is_limited_(!stops_after_head)
    , stops_after_head_(stops_after_head)
{
    start_head();
}

std::size_t AnswerReader::put(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done && state_ != State::failed) {
        auto const rest = bytes.substr(used);
        std::size_t taken = 0;
        switch (state_) {
        case State::head:
            taken = put_head(rest);
            if (state_ == State::head && head_->got_some())
                return used + taken; // The rest is incomplete.
            if (state_ != State::head && std::exchange(stops_after_head_, false))
                return used + taken;
            break;
        case State::sized_body:
        case State::body_to_end:
        case State::chunk_data:
            taken = put_body(rest);
            break;
        default:
            put_framing(rest.front());
            taken = 1;
        }
        used += taken;
        if (taken == 0)
            break;
    }
    return used;
}

void AnswerReader::put_end()
{
    if (state_ == State::body_to_end)
        state_ = State::done;
    else if (state_ != State::done && state_ != State::failed)
        fail(kBrokeOff);
}

bool AnswerReader::has_head() const
{
    return head_->is_header_done() && head_->get().result_int() >= 200;
}

void AnswerReader::limit_body()
{
    is_limited_ = true;
    if (state_ == State::sized_body && left_ > body_limit_)
        fail(kTooLarge);
}

std::string AnswerReader::take_body()
{
    return std::exchange(body_, {});
}

void AnswerReader::copy_head(IncomingResponse& response) const
{
    auto const& message = head_->get();
    response.status = static_cast<int>(message.result_int());
    response.headers.reserve(16, 1024);
    for (auto const& field : message)
        response.headers.add({field.name_string().data(), field.name_string().size()},
                             {field.value().data(), field.value().size()});
}

void AnswerReader::start_head()
{
    head_.emplace();
    head_->header_limit(kHeadLimit);
    head_->skip(true); // This class reads the body, since Beast does not bound extensions and trailers.
    state_ = State::head;
}

std::size_t AnswerReader::put_head(std::string_view bytes)
{
    boost::system::error_code failure;
    auto const used = head_->put(boost::asio::buffer(bytes), failure);
    head_bytes_ += used;
    if (failure && failure != beast_http::error::need_more && failure != beast_http::error::header_limit)
        fail("is not valid HTTP");
    else if (failure == beast_http::error::header_limit ||
             head_bytes_ + (head_->is_header_done() ? 0 : bytes.size() - used) > kHeadLimit)
        fail("has too large a head");
    else if (head_->is_header_done())
        finish_head();
    return used;
}

void AnswerReader::finish_head()
{
    auto const& message = head_->get();
    auto const status = message.result_int();
    if (status < 100 || status > 599)
        return fail("has a status that HTTP does not know");
    if (status == 101)
        return fail("changes to another protocol, which was not asked for");
    if (status < 200) {
        if (++interim_answers_ > kInterimLimit)
            return fail("has too many interim answers");
        return start_head();
    }
    auto const lengths = lines_of(message, beast_http::field::content_length);
    auto const codings = lines_of(message, beast_http::field::transfer_encoding);
    // RFC 9112 section 6.3. The end is proven only if exactly one plain header says where it is.
    bool const is_plain = message.version() == 11 && head_->keep_alive() && lengths.count + codings.count == 1 &&
                          lengths.value.find(',') == std::string::npos;
    if (method_ == Method::head || status == 204 || status == 304) {
        state_ = State::done;
    } else if (codings.count > 0) {
        // Beast has refused a transfer coding together with a length.
        if (codings.count > 1 || lengths.count > 0 || !iequals(codings.value, "chunked") || message.version() != 11)
            return fail("has a transfer coding that is not known");
        has_proven_end_ = is_plain;
        state_ = State::chunk_size;
    } else if (auto const length = head_->content_length()) {
        if (is_limited_ && *length > body_limit_)
            return fail(kTooLarge);
        left_ = *length;
        if (is_limited_)
            body_.reserve(std::min(left_, kFirstReserve));
        has_proven_end_ = is_plain;
        state_ = left_ == 0 ? State::done : State::sized_body;
    } else {
        state_ = State::body_to_end;
    }
}

std::size_t AnswerReader::put_body(std::string_view bytes)
{
    auto const part = state_ == State::body_to_end ? bytes : bytes.substr(0, left_);
    if (!grow_body(part))
        return 0;
    if (state_ != State::body_to_end && (left_ -= part.size()) == 0)
        state_ = state_ == State::chunk_data ? State::chunk_data_end : State::done;
    return part.size();
}

/// Reads the framing of RFC 9112 section 7.1, one character at a time. A line must end with CR LF.
void AnswerReader::put_framing(char c)
{
    auto const expect = [&](char wanted, State next) {
        if (c != wanted)
            fail(kBadFraming);
        else
            state_ = next;
    };
    switch (state_) {
    case State::chunk_size:
        return put_size(c);
    case State::chunk_extension:
        if (c == '\n')
            return fail(kBadFraming);
        if (c != '\r')
            return count_overhead();
        state_ = State::chunk_extension_end;
        return;
    case State::chunk_extension_end:
        return c == '\n' ? end_size_line() : fail(kBadFraming);
    case State::chunk_data_end:
        return expect('\r', State::chunk_data_end_2);
    case State::chunk_data_end_2:
        return expect('\n', State::chunk_size);
    case State::trailer_line:
        if (c == '\r') {
            state_ = State::trailers_end;
            return;
        }
        state_ = State::trailer_field;
        [[fallthrough]];
    case State::trailer_field:
        if (c == '\n')
            return fail(kBadFraming);
        if (c == '\r')
            state_ = State::trailer_field_end;
        return count_overhead();
    case State::trailer_field_end:
        return expect('\n', State::trailer_line);
    case State::trailers_end:
        return expect('\n', State::done);
    default:
        return fail(kBadFraming);
    }
}

void AnswerReader::put_size(char c)
{
    if (auto const digit = hex_digit(c)) {
        if (++digits_ > kSizeDigits)
            return fail(kBadFraming);
        left_ = left_ * 16 + *digit;
        return;
    }
    if (digits_ == 0)
        return fail(kBadFraming);
    if (c == '\r')
        state_ = State::chunk_extension_end;
    else if (c == ';' || c == ' ' || c == '\t')
        state_ = State::chunk_extension;
    else
        fail(kBadFraming);
}

void AnswerReader::end_size_line()
{
    digits_ = 0;
    if (!is_limited_ && left_ > 0)
        overhead_ = 0; // A stream has any number of chunks; each is bounded, and so are the trailers.
    if (is_limited_ && left_ > body_limit_ - body_.size())
        return fail(kTooLarge);
    state_ = left_ == 0 ? State::trailer_line : State::chunk_data;
}

void AnswerReader::count_overhead()
{
    if (++overhead_ > kOverheadLimit)
        fail("has too much beside its body");
}

void AnswerReader::fail(std::string_view fault)
{
    state_ = State::failed;
    fault_ = fault;
}

bool AnswerReader::grow_body(std::string_view bytes)
{
    if (is_limited_ && bytes.size() > body_limit_ - body_.size()) {
        fail(kTooLarge);
        return false;
    }
    body_ += bytes;
    return true;
}

} // namespace sluice::http
