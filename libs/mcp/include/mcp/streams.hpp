#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/byte_budget.hpp"
#include "http_api/message.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::mcp {

/// Knows which replica has which stream, and keeps the messages that other replicas have for it. Every function may
/// answer unavailable. Thread-safe.
class StreamRepository {
public:
    virtual ~StreamRepository() = default;
    /// Errors: rate_limited if the environment has as many streams as its quota allows.
    virtual Task<Result<void>> open(Uuid stream, EnvironmentId environment, McpServerId server, Uuid replica,
                                    Deadline deadline) = 0;
    virtual Task<Result<void>> close(Uuid stream, Deadline deadline) = 0;
    /// Whether some replica has this stream of this server.
    virtual Task<Result<bool>> is_open(Uuid stream, McpServerId server, Deadline deadline) = 0;
    /// Stores a message and sends a NOTIFY on `kStreamChannel` with the stream's id in hex.
    virtual Task<Result<void>> publish(Uuid stream, std::string sealed, Deadline deadline) = 0;
    /// Takes the messages of a stream out of the store, the oldest first.
    virtual Task<Result<std::vector<std::string>>> take(Uuid stream, Deadline deadline) = 0;
    /// Notes that the replica is alive. Removes the streams of replicas that are not, and messages that nobody took.
    virtual Task<Result<void>> touch(Uuid replica, Deadline deadline) = 0;
};

inline constexpr char kStreamChannel[] = "sluice_streams";

/// One stream. Belongs to its I/O thread; only `id`, `server` and `executor` may be called on others.
class Stream {
public:
    using Executor = asio::io_context::executor_type;

    /// `waiting` counts the bytes that are not written yet; may be null.
    Stream(Uuid id, McpServerId server, Executor executor, std::unique_ptr<http::ByteBudget::Hold> waiting)
        : id_(id)
        , server_(server)
        , executor_(std::move(executor))
        , timer_(executor_)
        , waiting_(std::move(waiting))
    {
    }

    [[nodiscard]] Uuid const& id() const noexcept { return id_; }
    [[nodiscard]] McpServerId server() const noexcept { return server_; }
    [[nodiscard]] Executor const& executor() const noexcept { return executor_; }

    /// Adds a frame to be written. If too much waits (8 MiB), the stream is abandoned.
    void push(std::string frame);
    /// No more frames come. Frames that wait are still written.
    void end();
    /// The client is gone. Frames that wait are dropped.
    void abandon();
    [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
    [[nodiscard]] bool has_frames() const noexcept { return !frames_.empty(); }
    /// The next frame to be written. Its bytes count until `written` is called.
    std::string pop();
    void written();
    /// Waits until there is a frame or the stream ends. False if `limit` passed first.
    Task<bool> wait(std::chrono::milliseconds limit);

private:
    void count();

    Uuid const id_;
    McpServerId const server_;
    Executor const executor_;
    SteadyTimer timer_;
    std::unique_ptr<http::ByteBudget::Hold> const waiting_;
    std::vector<std::string> frames_;
    std::size_t bytes_ = 0;
    std::size_t in_writing_ = 0;
    bool is_ended_ = false;
};

class Streams;

/// A stream's place among the streams of its process and of its server. It counts from the opening on, also before the
/// stream is served.
class OpenStream {
public:
    OpenStream(Streams& streams, std::shared_ptr<Stream> stream)
        : streams_(streams)
        , stream_(std::move(stream))
    {
    }
    OpenStream(OpenStream const&) = delete;
    OpenStream& operator=(OpenStream const&) = delete;
    /// Gives the place up, unless `close` did. The other replicas are told in the background.
    ~OpenStream();

    [[nodiscard]] std::shared_ptr<Stream> const& stream() const noexcept { return stream_; }
    /// Gives the place up, and waits until the other replicas are told.
    Task<void> close();

private:
    void leave();

    Streams& streams_;
    std::shared_ptr<Stream> const stream_;
    bool is_left_ = false;
};

/// The event streams of this process (MCP 2024-11-05, HTTP+SSE). A request may come to any replica; its answer goes to
/// the stream, on whatever replica that is. Shared by all I/O threads; locks only to find a stream.
class Streams {
public:
    struct Config {
        std::size_t most_of_a_server = 32; ///< The most streams of one MCP server in this process.
        std::chrono::milliseconds keep_alive{25'000};
        std::chrono::milliseconds idle_limit{3'600'000}; ///< A stream without a message for so long ends.
    };

    /// All must outlive it.
    Streams(StreamRepository& repository, crypto::CursorSealer const& sealer, Config config);
    ~Streams();

    /// Opens a stream of an MCP server in its environment. `waiting` counts the bytes that its reader leaves waiting;
    /// may be null. Errors: rate_limited if the server or the environment has too many; unavailable.
    Task<Result<std::shared_ptr<OpenStream>>> open(EnvironmentId environment, McpServerId server, Deadline deadline,
                                                   std::unique_ptr<http::ByteBudget::Hold> waiting = nullptr);
    /// Writes `first` and then every frame that is delivered. Ends when the client is gone, when no message came for
    /// `idle_limit`, when `may_go_on` says no (it is asked at each keep-alive), or when the process ends.
    Task<void> serve(http::BodySink& sink, std::shared_ptr<OpenStream> place, std::string first,
                     std::function<Task<bool>()> may_go_on);

    /// Whether the stream is open on some replica and belongs to the server. Errors: unavailable.
    Task<Result<bool>> is_open(Uuid stream, McpServerId server, Deadline deadline);
    /// Sends a frame to a stream, on whatever replica it is. Errors: unavailable, also if the stream's client reads too
    /// slowly.
    Task<Result<void>> deliver(Uuid stream, std::string frame, Deadline deadline);

    /// Another replica published a message; `payload` is that of the NOTIFY on `kStreamChannel`. Any thread.
    void heard(std::string_view payload);
    /// Notifications may have been lost, so every stream looks for messages. Any thread.
    void heard_of_all();
    /// Ends all streams, since the process ends. Frames that wait are still written. Any thread.
    void end();
    /// Tells the other replicas again and again that this process is alive. Never ends by itself.
    Task<void> touch_forever();

    [[nodiscard]] std::size_t size() const;

private:
    friend OpenStream;

    [[nodiscard]] std::shared_ptr<Stream> find(Uuid stream) const;
    [[nodiscard]] std::vector<std::shared_ptr<Stream>> all() const;
    Task<void> take(std::shared_ptr<Stream> stream);

    struct UuidHash {
        std::size_t operator()(Uuid const& id) const noexcept;
    };
    StreamRepository& repository_;
    crypto::CursorSealer const& sealer_;
    Config const config_;
    Uuid const replica_;
    mutable std::mutex mutex_;
    std::unordered_map<Uuid, std::shared_ptr<Stream>, UuidHash> streams_;
    std::unordered_map<Uuid, std::size_t, UuidHash> by_server_;
};

} // namespace sluice::mcp
