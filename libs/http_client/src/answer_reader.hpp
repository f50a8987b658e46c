#pragma once

#include "http_api/client.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace sluice::http {

/// Reads the answer to one request from the bytes of a connection. Interim answers (RFC 9110 section 15.2) are skipped.
/// Everything that a server may send without end has a bound: heads, interim answers, chunk extensions, trailers, the
/// body. Knows no socket. One object for each answer; belongs to one thread.
class AnswerReader {
public:
    /// The most bytes of the heads of all answers to one request.
    static constexpr std::size_t kHeadLimit = 64 * 1024;
    /// A proper server sends one or two.
    static constexpr int kInterimLimit = 16;
    /// The most bytes of chunk extensions and trailers, which nothing reads.
    static constexpr std::size_t kOverheadLimit = 4 * 1024;

    /// With `stops_after_head`, the body has no limit at first, and one call of `put` takes nothing after the head.
    AnswerReader(Method method, std::size_t body_limit, bool stops_after_head = false);

    /// Takes the bytes that it can use, and says how many. The caller gives the rest again, with more bytes after it.
    /// Once `is_done`, or after a fault, it takes nothing.
    [[nodiscard]] std::size_t put(std::string_view bytes);
    /// Applies the limit to a body after whose head it stopped.
    void limit_body();
    /// The server has closed the connection. This ends a body without a length; otherwise it is a fault.
    void put_end();

    [[nodiscard]] bool is_done() const noexcept { return state_ == State::done; }
    /// The fault of the answer, as the end of a sentence about it ("is too large"); empty if there is none.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
    /// Whether the framing proves where the answer ended. Then the connection may serve another request if no byte is
    /// left over. Only for a complete answer.
    [[nodiscard]] bool has_proven_end() const noexcept { return has_proven_end_; }
    /// Bytes of memory for the body so far.
    [[nodiscard]] std::size_t body_memory() const noexcept { return body_.capacity(); }
    /// Whether the head of the final answer has come.
    [[nodiscard]] bool has_head() const;
    /// Status and headers of the final answer, once there is a head.
    void copy_head(IncomingResponse& response) const;
    /// Moves out what has come of the body since the last time.
    [[nodiscard]] std::string take_body();

private:
    using HeadParser = boost::beast::http::response_parser<boost::beast::http::empty_body>;
    enum class State {
        head,
        sized_body,
        body_to_end,
        chunk_size,
        chunk_extension,
        chunk_extension_end,
        chunk_data,
        chunk_data_end,
        chunk_data_end_2,
        trailer_line,
        trailer_field,
        trailer_field_end,
        trailers_end,
        done,
        failed,
    };

    void start_head();
    std::size_t put_head(std::string_view bytes);
    void finish_head();
    std::size_t put_body(std::string_view bytes);
    void put_framing(char c);
    void put_size(char c);
    void end_size_line();
    void count_overhead();
    void fail(std::string_view fault);
    bool grow_body(std::string_view bytes);

    Method const method_;
    std::size_t const body_limit_;
    bool is_limited_;
    bool stops_after_head_;
    State state_ = State::head;
    std::string_view fault_;
    std::optional<HeadParser> head_;
    std::size_t head_bytes_ = 0;
    int interim_answers_ = 0;
    std::size_t overhead_ = 0;
    /// Bytes of the body or the chunk that are still to come.
    std::uint64_t left_ = 0;
    int digits_ = 0;
    bool has_proven_end_ = false;
    std::string body_;
};

} // namespace sluice::http
