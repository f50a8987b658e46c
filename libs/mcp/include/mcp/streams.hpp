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

/// Which replica has which stream, and what others have to say on it. All may answer unavailable.
class StreamRepository {
public:
    virtual ~StreamRepository() = default;
    virtual Task<Result<void>> open(Uuid stream, McpServerId server, Uuid replica, Deadline deadline) = 0;
    virtual Task<Result<void>> close(Uuid stream, Deadline deadline) = 0;
    /// Whether some replica has this stream of this server.
    virtual Task<Result<bool>> is_open(Uuid stream, McpServerId server, Deadline deadline) = 0;
    /// Stores a message and notifies `kStreamChannel` of the stream, as hex.
    virtual Task<Result<void>> publish(Uuid stream, std::string sealed, Deadline deadline) = 0;
    /// Takes what was published, oldest first.
    virtual Task<Result<std::vector<std::string>>> take(Uuid stream, Deadline deadline) = 0;
    /// The replica is alive. Forgets streams of replicas that are not, and messages nobody took.
    virtual Task<Result<void>> touch(Uuid replica, Deadline deadline) = 0;
};

inline constexpr char kStreamChannel[] = "sluice_streams";

/// One stream. All but what does not change is touched on its own I/O thread only.
class Stream {
public:
    using Executor = asio::io_context::executor_type;

    /// `waiting` counts what is not written yet; may be null.
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

    /// A frame to be written. More than is reasonable abandons the stream.
    void push(std::string frame);
    /// Nothing comes any more; what is there is still written.
    void end();
    /// Nobody reads: what is there is lost.
    void abandon();
    [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
    [[nodiscard]] bool has_frames() const noexcept { return !frames_.empty(); }
    /// The next frame to be written, which counts until `written` is called.
    std::string pop();
    void written();
    /// Until there is something to do; false if the time passed.
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

/// A stream's place among those of its process and its server, from its opening on, whether it is served or not.
class OpenStream {
public:
    OpenStream(Streams& streams, std::shared_ptr<Stream> stream)
        : streams_(streams)
        , stream_(std::move(stream))
    {
    }
    OpenStream(OpenStream const&) = delete;
    OpenStream& operator=(OpenStream const&) = delete;
    /// Gives the place up, unless `close` did, and has the other replicas told in the background.
    ~OpenStream();

    [[nodiscard]] std::shared_ptr<Stream> const& stream() const noexcept { return stream_; }
    /// The same, and waits until they are told.
    Task<void> close();

private:
    void leave();

    Streams& streams_;
    std::shared_ptr<Stream> const stream_;
    bool is_left_ = false;
};

/// The event streams of this process (MCP 2024-11-05, HTTP+SSE): a request may come to any replica, its answer goes to
/// the stream, wherever that is. Shared by all I/O threads; locks only to find a stream.
class Streams {
public:
    struct Config {
        std::size_t most_of_a_server = 32; ///< Of this process.
        std::chrono::milliseconds keep_alive{25'000};
        std::chrono::milliseconds idle_limit{3'600'000}; ///< Without a message.
    };

    /// All must outlive it.
    Streams(StreamRepository& repository, crypto::CursorSealer const& sealer, Config config);
    ~Streams();

    /// Errors: rate_limited if the server has too many; unavailable.
    /// `waiting` counts what the stream's reader leaves waiting; may be null.
    Task<Result<std::shared_ptr<OpenStream>>> open(McpServerId server, Deadline deadline,
                                                   std::unique_ptr<http::ByteBudget::Hold> waiting = nullptr);
    /// Writes what is delivered, until the peer is gone, nothing was said for long, `may_go_on` says no (asked at each
    /// keep-alive) or the process ends. `first` is the first frame.
    Task<void> serve(http::BodySink& sink, std::shared_ptr<OpenStream> place, std::string first,
                     std::function<Task<bool>()> may_go_on);

    /// Whether the stream is open somewhere and belongs to the server.
    Task<Result<bool>> is_open(Uuid stream, McpServerId server, Deadline deadline);
    /// A frame for a stream, here or elsewhere. Errors: unavailable, also if the stream reads too slowly.
    Task<Result<void>> deliver(Uuid stream, std::string frame, Deadline deadline);

    /// Another replica published something: a payload of `kStreamChannel`. Any thread.
    void heard(std::string_view payload);
    /// Notifications may have been missed. Any thread.
    void heard_of_all();
    /// Ends all streams, each after what it still has to say: the process is going. Any thread.
    void end();
    /// Tells the others that this process is alive. Runs for good.
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
