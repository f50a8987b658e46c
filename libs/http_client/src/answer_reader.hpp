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

/// Takes the answer to one request out of the bytes of a connection. Interim answers (RFC 9110 section 15.2) are read
/// past. All that a peer may send without an end has a bound: heads, interim answers, chunk extensions, trailers, body.
/// Knows no socket. One answer each; not thread-safe.
class AnswerReader {
public:
    /// Status lines and header fields of all answers to one request, in bytes.
    static constexpr std::size_t kHeadLimit = 64 * 1024;
    /// A server that means well sends one or two.
    static constexpr int kInterimLimit = 16;
    /// Chunk extensions and trailers, in bytes: nobody reads them.
    static constexpr std::size_t kOverheadLimit = 4 * 1024;

    AnswerReader(Method method, std::size_t body_limit);

    /// Takes what it can use of `bytes` and says how much that was; what it left has to come again, with more behind
    /// it. Once `is_done` or after a fault nothing is taken.
    [[nodiscard]] std::size_t put(std::string_view bytes);
    /// The peer has closed the connection: the end of a body without a length, else a fault.
    void put_end();

    [[nodiscard]] bool is_done() const noexcept { return state_ == State::done; }
    /// What is wrong with the answer, to stand behind its name ("is too large"); empty if nothing is.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
    /// Whether the end of the answer is proven by its framing, so that the connection may serve another request if
    /// nothing is left over. Only for an answer that is done.
    [[nodiscard]] bool has_proven_end() const noexcept { return has_proven_end_; }
    /// Bytes of the body so far.
    [[nodiscard]] std::size_t body_size() const noexcept { return body_.size(); }
    /// Whether the head of the final answer is there.
    [[nodiscard]] bool has_head() const;
    /// The answer, once it is done; of a broken one that has a head what there is.
    [[nodiscard]] IncomingResponse take();

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
    std::size_t put_chunk_data(std::string_view bytes);
    void put_framing(char c);
    void put_size(char c);
    void end_size_line();
    void count_overhead();
    void fail(std::string_view fault);
    bool grow_body(std::string_view bytes);

    Method const method_;
    std::size_t const body_limit_;
    State state_ = State::head;
    std::string_view fault_;
    std::optional<HeadParser> head_;
    std::size_t head_bytes_ = 0;
    int interim_answers_ = 0;
    std::size_t overhead_ = 0;
    /// Of the body or of the chunk.
    std::uint64_t left_ = 0;
    int digits_ = 0;
    bool has_proven_end_ = false;
    std::string body_;
};

} // namespace sluice::http
