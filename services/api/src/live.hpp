#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "http_api/message.hpp"
#include "runtime/task.hpp"
#include "snapshots/change.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <boost/asio/io_context.hpp>

namespace sluice::api {

/// Tells pages what has changed in their environment, as server-sent events: `change` with `{"kind", "id"}`, `calls`,
/// and `lost` when the page was too slow, so that everything has to be read again. No event has data of a
/// row: a page reads what it may read. One for each shard, on its I/O thread.
class LiveStreams {
public:
    // The most streams at this shard.
    static constexpr std::size_t kMostOfEnvironment = 200;
    static constexpr std::size_t kMostOfUser = 20;

    explicit LiveStreams(asio::io_context& io);
    ~LiveStreams();

    /// The answer to `GET /live`, whose body ends when the client goes away, when the user, the token or the
    /// environment changes (`apply`), when notifications may have been lost, after 15 minutes, or at `end`. A client
    /// that goes on opens it anew, and reads everything again. Errors: rate_limited if there are too many.
    Result<http::Response> open(EnvironmentId environment, std::optional<UserId> user, std::optional<ApiTokenId> token);

    /// A notification came; `payload` as of `snapshots::kLiveChannel`. One that is none is ignored.
    void heard(std::string_view payload);
    /// Notifications may have been lost, also those of an end: every stream ends.
    void heard_of_all();
    /// Whoever was signed out, lost a role or a token opens the stream anew, and is asked again who they are.
    void apply(snapshots::Change const& change);
    /// Ends all streams and opens no more, since the process ends.
    void end();

private:
    struct Stream;
    /// Takes a stream out of the set when its body ends, however that happens.
    struct Place;

    void tell(EnvironmentId environment, std::string_view frame);
    static Task<void> serve(http::BodySink& sink, std::shared_ptr<Place> place);

    asio::io_context& io_;
    std::shared_ptr<std::unordered_set<Stream*>> const streams_;
    bool is_ending_ = false;
};

} // namespace sluice::api
