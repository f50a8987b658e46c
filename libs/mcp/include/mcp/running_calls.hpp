#pragma once

#include "base/id.hpp"
#include "http_api/message.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace sluice::mcp {

class RunningCalls;

/// Tells all threads of the process that a client cancels a call: legacy clients do so by a message of its own, which
/// may come to any thread (MCP 2025-11-25, "Cancellation"). A call on another replica goes on.
class Cancellations {
public:
    /// `calls` belongs to the thread of `io`; both must outlive every `cancel`. Only before the first `cancel`.
    void join(boost::asio::io_context& io, RunningCalls& calls) { threads_.push_back({&io, &calls}); }
    /// Any thread.
    void cancel(std::string const& name) const;

private:
    struct Thread {
        boost::asio::io_context* io;
        RunningCalls* calls;
    };
    std::vector<Thread> threads_;
};

/// The calls of one I/O thread that a message may cancel. Only reads are given up at the vendor; a write that was sent
/// is finished.
class RunningCalls {
public:
    RunningCalls(Cancellations& cancellations, boost::asio::io_context& io);

    /// The name of a call. Ids are unique only among a client's own calls, so the name has what tells clients apart; of
    /// two that look the same, such as two processes of one agent, one may cancel a read of the other.
    [[nodiscard]] static std::string name_of(McpServerId server, http::Request const& request, std::string_view id);

    class Call;

    /// Cancels the call with this name, on whatever thread of the process it is.
    void cancel(std::string const& name) { cancellations_.cancel(name); }
    /// Only on this thread. Where several of its calls have the name, none is cancelled: it may be another client's.
    void cancel_here(std::string const& name);

private:
    using Map = std::unordered_multimap<std::string, Call*>;
    Cancellations& cancellations_;
    std::shared_ptr<Map> calls_; ///< Calls that are cut when the process ends outlive the thread's objects.
};

/// One call under way. It is who waits for the answer: gone if the client is, or if it cancelled the call.
class RunningCalls::Call final : public http::Peer {
public:
    /// `peer` may be null, and must outlive it.
    Call(RunningCalls& calls, std::string name, http::Peer const* peer);
    ~Call() override;
    Call(Call const&) = delete;
    Call& operator=(Call const&) = delete;

    [[nodiscard]] bool is_gone() const override { return is_cancelled_ || (peer_ != nullptr && peer_->is_gone()); }

private:
    friend class RunningCalls;
    std::shared_ptr<Map> calls_;
    std::string name_;
    http::Peer const* peer_;
    bool is_cancelled_ = false;
};

} // namespace sluice::mcp
