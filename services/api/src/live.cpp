#include "live.hpp"

#include "base/json.hpp"
#include "runtime/offload.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace sluice::api {
namespace {

constexpr std::chrono::seconds kKeepAlive{20};
/// Then the client opens it anew, and is asked again who it is: tokens and sessions end by themselves too.
constexpr std::chrono::minutes kLongest{15};
/// A page that reads slower is told to read everything again.
constexpr std::size_t kMostWaiting = 100;
constexpr std::string_view kCalls = "event: calls\ndata: {}\n\n";
constexpr std::string_view kLost = "event: lost\ndata: {}\n\n";

std::string_view next_word(std::string_view& rest)
{
    auto const end = std::min(rest.find(' '), rest.size());
    auto const word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

std::string event_of(std::string_view kind, std::string_view id)
{
    json::object data{{"kind", kind}, {"id", id.empty() ? json::value(nullptr) : json::value(id)}};
    return "event: change\ndata: " + boost::json::serialize(data) + "\n\n";
}

} // namespace

struct LiveStreams::Stream {
    Stream(asio::io_context& io, EnvironmentId the_environment, std::optional<UserId> the_user,
           std::optional<ApiTokenId> the_token)
        : environment(the_environment)
        , user(the_user)
        , token(the_token)
        , timer(io)
    {
    }

    void push(std::string_view frame)
    {
        if (std::ranges::find(waiting, frame) != waiting.end())
            return;
        if (waiting.size() >= kMostWaiting)
            waiting.assign(1, std::string(kLost));
        else
            waiting.emplace_back(frame);
        timer.cancel();
    }
    void end()
    {
        is_ended = true;
        timer.cancel();
    }

    EnvironmentId const environment;
    std::optional<UserId> const user;
    std::optional<ApiTokenId> const token;
    std::vector<std::string> waiting;
    bool is_ended = false;
    asio::steady_timer timer; ///< For the next keep-alive; cancelled when there is something to do.
};

struct LiveStreams::Place {
    explicit Place(std::shared_ptr<Stream> the_stream, std::weak_ptr<std::unordered_set<Stream*>> among)
        : stream(std::move(the_stream))
        , all(std::move(among))
    {
        all.lock()->insert(stream.get());
    }
    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;
    ~Place()
    {
        if (auto const left = all.lock())
            left->erase(stream.get());
    }

    std::shared_ptr<Stream> const stream;
    std::weak_ptr<std::unordered_set<Stream*>> const all;
};

LiveStreams::LiveStreams(asio::io_context& io)
    : io_(io)
    , streams_(std::make_shared<std::unordered_set<Stream*>>())
{
}

LiveStreams::~LiveStreams() = default;

Result<http::Response> LiveStreams::open(EnvironmentId environment, std::optional<UserId> user,
                                         std::optional<ApiTokenId> token)
{
    auto const of_environment = std::ranges::count(*streams_, environment, &Stream::environment);
    auto const of_user = user ? std::ranges::count(*streams_, user, &Stream::user) : 0;
    if (std::cmp_greater_equal(of_environment, kMostOfEnvironment) || std::cmp_greater_equal(of_user, kMostOfUser))
        return Error{ErrorCode::rate_limited, "Too many live streams are open. Close some, or read what you need anew "
                                              "from time to time."};
    if (is_ending_)
        return Error{ErrorCode::unavailable, "This process is ending. Ask again."};
    http::Response response;
    response.headers.add("content-type", "text/event-stream");
    response.headers.add("cache-control", "no-store");
    response.headers.add("x-accel-buffering", "no"); // nginx would hold the events back.
    auto place = std::make_shared<Place>(std::make_shared<Stream>(io_, environment, user, token), streams_);
    response.stream = [place = std::move(place)](http::BodySink& sink) { return serve(sink, place); };
    return response;
}

Task<void> LiveStreams::serve(http::BodySink& sink, std::shared_ptr<Place> place)
{
    auto const stream = place->stream;
    sink.when_gone([weak = std::weak_ptr(stream)] {
        if (auto const alive = weak.lock())
            alive->end();
    });
    std::string frames = ": \n\n"; // The client sees at once that the stream is open.
    auto const end = std::chrono::steady_clock::now() + kLongest;
    for (;;) {
        bool const is_written = static_cast<bool>(co_await sink.write(std::exchange(frames, {})));
        if (!is_written || stream->is_ended || std::chrono::steady_clock::now() >= end)
            co_return;
        if (stream->waiting.empty()) {
            stream->timer.expires_after(kKeepAlive);
            auto const [stopped] = co_await stream->timer.async_wait(kUseTask);
            if (stream->is_ended)
                co_return;
            if (!stopped)
                frames = ": \n\n";
        }
        for (auto const& frame : std::exchange(stream->waiting, {}))
            frames += frame;
        if (frames.empty())
            frames = ": \n\n";
    }
}

void LiveStreams::tell(EnvironmentId environment, std::string_view frame)
{
    for (auto* stream : *streams_)
        if (stream->environment == environment)
            stream->push(frame);
}

void LiveStreams::heard(std::string_view payload)
{
    if (streams_->empty())
        return;
    auto const first = next_word(payload);
    if (first == "calls") {
        while (!payload.empty()) {
            auto const word = next_word(payload);
            if (word == "*")
                std::ranges::for_each(*streams_, [](Stream* stream) { stream->push(kCalls); });
            else if (auto const environment = uuid_from_hex(word))
                tell(EnvironmentId{*environment}, kCalls);
        }
        return;
    }
    auto const environment = uuid_from_hex(first);
    auto const kind = next_word(payload);
    if (environment && !kind.empty())
        tell(EnvironmentId{*environment}, event_of(kind, payload));
}

void LiveStreams::heard_of_all()
{
    for (auto* stream : *streams_)
        stream->end();
}

void LiveStreams::apply(snapshots::Change const& change)
{
    using Kind = snapshots::Change::Kind;
    for (auto* stream : *streams_) {
        bool const is_users = change.kind == Kind::user && stream->user && stream->user->uuid() == change.id;
        bool const is_tokens = change.kind == Kind::api_token && stream->token && stream->token->uuid() == change.id;
        bool const is_all = change.kind == Kind::environment && stream->environment == change.environment;
        if (is_users || is_tokens || is_all)
            stream->end();
    }
}

void LiveStreams::end()
{
    is_ending_ = true;
    for (auto* stream : *streams_)
        stream->end();
}

} // namespace sluice::api
