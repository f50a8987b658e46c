#pragma once

#include "answer_reader.hpp"
#include "base/deadline.hpp"
#include "body_budget.hpp"
#include "client_connection.hpp"
#include "http_api/client.hpp"
#include "runtime/offload.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sluice::http {

/// The result of one attempt.
struct Attempt {
    boost::system::error_code failure;
    std::string fault;      ///< The fault of the answer, as the end of a sentence about it; empty if there is none.
    bool got_bytes = false; ///< The server had begun to answer.
    bool has_head = false;  ///< The response has the head of the answer.
    std::optional<Shares::Full> over_budget; ///< The answer needed more bytes than a share had.
    std::optional<Error> unsent;             ///< Why the streamed body of the request could not be read to its end.
    bool is_streamed = false;                ///< The head is there, and `Exchange::read_piece` gives the body.

    [[nodiscard]] bool is_answered() const noexcept { return !failure && fault.empty() && !over_budget && !unsent; }
};

/// The times of an exchange.
struct Pace {
    Deadline whole;
    std::chrono::milliseconds first_byte; ///< From the end of the request to the first byte of the answer.
    std::chrono::milliseconds stall;      ///< The longest time in which no byte moves.
};

/// One request and its answer on a connection. Belongs to one I/O thread.
class Exchange {
public:
    Exchange(std::unique_ptr<Connection> connection, OutgoingRequest const& request, std::size_t response_limit);

    /// Makes the exchange. `response` is filled if the attempt did not fail; if only the head came, it has the head. A
    /// server may answer before it has read the whole request, so the answer is read even if writing failed (RFC 9112
    /// section 9.5).
    Task<Attempt> run(std::string const& head, OutgoingRequest const& request, Pace const& pace, BodyLease& lease,
                      IncomingResponse& response);
    /// The next piece of a streamed answer; empty at its end. `attempt` says if it failed.
    Task<std::string> read_piece(Pace const& pace, Attempt& attempt);
    /// Closes the connection, which ends a read that waits.
    void close() { connection_->close(); }
    /// Gives the connection back for another exchange; null if the end of the answer is not proven, or a byte is left
    /// over.
    [[nodiscard]] std::unique_ptr<Connection> take_connection()
    {
        return is_reusable_ ? std::move(connection_) : nullptr;
    }

private:
    /// The sending of a streamed body while its answer is awaited.
    struct Upload {
        explicit Upload(asio::io_context& io)
            : ended(io, SteadyTimer::time_point::max())
        {
        }
        bool is_running = true;
        bool is_stopped = false; ///< The server has answered before it had the whole body.
        std::optional<Error> unsent;
        SteadyTimer ended; ///< Is cancelled at the end.
    };

    template <class Stream>
    Task<Attempt> run_on(Stream& stream, std::string const& head, OutgoingRequest const& request, Pace const& pace,
                         BodyLease& lease, IncomingResponse& response);
    /// Reads the answer to its end, or to the end of its head if it is to be streamed.
    template <class Stream>
    Task<void> read_answer(Stream& stream, OutgoingRequest const& request, Pace const& pace, BodyLease& lease,
                           IncomingResponse& response, Attempt& attempt);
    /// Reads some more of the answer.
    template <class Stream>
    Task<void> read_some(Stream& stream, Attempt& attempt);
    [[nodiscard]] bool must_end(Pace const& pace, Attempt& attempt) const;
    /// Gives the reader what the buffer has.
    void take_buffered(Attempt& attempt);
    template <class Stream>
    Task<std::string> read_piece_on(Stream& stream, Pace const& pace, Attempt& attempt);
    template <class Stream>
    Task<void> send_body(Stream& stream, std::shared_ptr<BodySource> source, Pace pace, std::shared_ptr<Upload> upload);
    Task<void> stop(Upload& upload, BodySource& source);

    std::unique_ptr<Connection> connection_;
    Timeouts::Limit& limit_; ///< Of the connection, as is the buffer.
    boost::beast::flat_buffer& buffer_;
    AnswerReader reader_;
    bool is_sent_ = false; ///< The server has the whole request.
    bool is_reusable_ = false;
};

} // namespace sluice::http
