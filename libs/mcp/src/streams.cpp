#include "mcp/streams.hpp"

#include "base/random.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstring>

namespace sluice::mcp {
namespace {

constexpr std::chrono::seconds kLimit{5};
constexpr std::chrono::seconds kTouchInterval{20};
/// The most bytes that a slow client may leave waiting.
constexpr std::size_t kMostBytes = 8 * 1024 * 1024;

Uuid random_uuid()
{
    Uuid id{};
    random_bytes(id);
    return id;
}

/// If this fails, `StreamRepository::touch` of another replica removes the row later.
Task<void> close_row(StreamRepository& repository, Uuid stream)
{
    [[maybe_unused]] auto const closed = co_await repository.close(stream, Deadline::after(kLimit));
}

std::string binding_of(Uuid const& stream)
{
    return "mcp stream " + to_hex(stream);
}

} // namespace

void Stream::push(std::string frame)
{
    bytes_ += frame.size();
    frames_.push_back(std::move(frame));
    if (bytes_ > kMostBytes)
        abandon(); // The client is too slow to be served.
    count();
    timer_.cancel();
}

void Stream::end()
{
    is_ended_ = true;
    timer_.cancel();
}

void Stream::abandon()
{
    frames_.clear();
    bytes_ = 0;
    count();
    end();
}

std::string Stream::pop()
{
    auto frame = std::move(frames_.front());
    frames_.erase(frames_.begin());
    bytes_ -= frame.size();
    in_writing_ = frame.size();
    if (frames_.empty())
        frames_.shrink_to_fit(); // An idle stream holds no memory for frames.
    return frame;
}

void Stream::written()
{
    in_writing_ = 0;
    count();
}

void Stream::count()
{
    if (waiting_)
        waiting_->keep(bytes_ + in_writing_);
}

Task<bool> Stream::wait(std::chrono::milliseconds limit)
{
    timer_.expires_after(limit);
    auto const [failure] = co_await timer_.async_wait(kUseTask);
    co_return static_cast<bool>(failure);
}

std::size_t Streams::UuidHash::operator()(Uuid const& id) const noexcept
{
    std::size_t hash = 0; // The last bytes of these ids are random.
    std::memcpy(&hash, id.data() + id.size() - sizeof hash, sizeof hash);
    return hash;
}

Streams::Streams(StreamRepository& repository, crypto::CursorSealer const& sealer, Config config)
    : repository_(repository)
    , sealer_(sealer)
    , config_(config)
    , replica_(random_uuid())
{
}

Streams::~Streams() = default;

// NOLINTNEXTLINE(bugprone-exception-escape): it throws only where no memory is left, and then the process ends
OpenStream::~OpenStream()
{
    // A stopped context means that the process ends; `streams_` may be destroyed already.
    if (is_left_ || stream_->executor().context().stopped())
        return;
    leave();
    asio::co_spawn(stream_->executor(), close_row(streams_.repository_, stream_->id()), asio::detached);
}

Task<void> OpenStream::close()
{
    leave();
    co_await close_row(streams_.repository_, stream_->id());
}

void OpenStream::leave()
{
    is_left_ = true;
    std::lock_guard const lock(streams_.mutex_);
    streams_.streams_.erase(stream_->id());
    auto const count = streams_.by_server_.find(stream_->server().uuid());
    if (--count->second == 0)
        streams_.by_server_.erase(count);
}

Task<Result<std::shared_ptr<OpenStream>>> Streams::open(EnvironmentId environment, McpServerId server,
                                                        Deadline deadline,
                                                        std::unique_ptr<http::ByteBudget::Hold> waiting)
{
    auto const executor = co_await asio::this_coro::executor;
    auto stream = std::make_shared<Stream>(random_uuid(), server, executor, std::move(waiting));
    {
        std::lock_guard const lock(mutex_);
        auto& count = by_server_[server.uuid()];
        if (count >= config_.most_of_a_server)
            co_return Error{ErrorCode::rate_limited,
                            "This MCP server has as many open streams as it may. Close some, or use the URL without "
                            "/sse, which needs none."};
        ++count;
        streams_.emplace(stream->id(), stream);
    }
    auto place = std::make_shared<OpenStream>(*this, stream);
    if (auto const opened = co_await repository_.open(stream->id(), environment, server, replica_, deadline); !opened)
        co_return opened.error();
    co_return place;
}

Task<void> Streams::serve(http::BodySink& sink, std::shared_ptr<OpenStream> place, std::string first,
                          std::function<Task<bool>()> may_go_on)
{
    auto const stream = place->stream();
    sink.when_gone([weak = std::weak_ptr(stream)] {
        if (auto const alive = weak.lock())
            alive->abandon();
    });
    stream->push(std::move(first));
    auto idle_since = std::chrono::steady_clock::now();
    for (;;) {
        if (stream->has_frames()) {
            idle_since = std::chrono::steady_clock::now();
            auto const is_written = co_await sink.write(stream->pop());
            stream->written();
            if (!is_written)
                break;
        } else if (stream->is_ended()) {
            break;
        } else if (!co_await stream->wait(config_.keep_alive)) {
            bool const is_idle = std::chrono::steady_clock::now() - idle_since >= config_.idle_limit;
            if (is_idle || !co_await may_go_on() || !co_await sink.write(": \n\n"))
                break;
        }
    }
    co_await place->close();
}

Task<Result<bool>> Streams::is_open(Uuid id, McpServerId server, Deadline deadline)
{
    if (auto const stream = find(id))
        co_return stream->server() == server;
    co_return co_await repository_.is_open(id, server, deadline);
}

Task<Result<void>> Streams::deliver(Uuid id, std::string frame, Deadline deadline)
{
    if (auto const stream = find(id)) {
        asio::post(stream->executor(),
                   [stream, frame = std::move(frame)]() mutable { stream->push(std::move(frame)); });
        co_return Result<void>{};
    }
    co_return co_await repository_.publish(id, sealer_.seal(binding_of(id), frame), deadline);
}

void Streams::heard(std::string_view payload)
{
    auto const id = uuid_from_hex(payload);
    auto const stream = id ? find(*id) : nullptr;
    if (stream)
        asio::co_spawn(stream->executor(), take(stream), asio::detached);
}

void Streams::heard_of_all()
{
    for (auto const& stream : all())
        asio::co_spawn(stream->executor(), take(stream), asio::detached);
}

Task<void> Streams::take(std::shared_ptr<Stream> stream)
{
    auto const taken = co_await repository_.take(stream->id(), Deadline::after(kLimit));
    if (!taken)
        co_return; // The client gets no answer in time, and asks again.
    for (auto const& sealed : *taken)
        if (auto frame = sealer_.open(binding_of(stream->id()), sealed))
            stream->push(*std::move(frame));
}

void Streams::end()
{
    for (auto const& stream : all())
        asio::post(stream->executor(), [stream] { stream->end(); });
}

Task<void> Streams::touch_forever()
{
    for (;;) {
        co_await sleep_until(Deadline::after(kTouchInterval));
        if (size() > 0) [[maybe_unused]]
            auto const touched = co_await repository_.touch(replica_, Deadline::after(kLimit));
    }
}

std::size_t Streams::size() const
{
    std::lock_guard const lock(mutex_);
    return streams_.size();
}

std::shared_ptr<Stream> Streams::find(Uuid id) const
{
    std::lock_guard const lock(mutex_);
    auto const found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Stream>> Streams::all() const
{
    std::lock_guard const lock(mutex_);
    std::vector<std::shared_ptr<Stream>> streams;
    for (auto const& [id, stream] : streams_)
        streams.push_back(stream);
    return streams;
}

} // namespace sluice::mcp
