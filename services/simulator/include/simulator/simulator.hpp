#pragma once

#include "base/clock.hpp"
#include "http_api/message.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::simulator {

/// One help desk. `email` and `api_key` are the Basic credentials of its first administrator.
struct AccountConfig {
    std::string subdomain;
    std::string email;
    std::string api_key;
    std::size_t tickets = 500;
    /// Enterprise plans: the same buckets, drained in 10 s instead of 20 s.
    bool enterprise = false;
};

/// A public app registered with the vendor.
struct AppConfig {
    std::string client_id;
    std::string client_secret;
    std::vector<std::string> redirect_uris;
    std::string name = "Demo app";
};

struct Config {
    std::vector<AccountConfig> accounts;
    std::vector<AppConfig> apps;
    /// What absolute addresses in answers start with (users, uploads, token issuer).
    std::string public_url = "https://{subdomain}.gorgias.com";
};

/// A webhook call that wants to be made.
struct Delivery {
    std::string id;
    http::Method method = http::Method::post;
    std::string url;
    http::Headers headers;
    std::string body;
};

/// What became of a delivery. `status` 0: no answer (refused, cut); `timed_out`: none in time, which alone is retried.
struct DeliveryOutcome {
    int status = 0;
    bool timed_out = false;
    std::string body = {};
};

/// How an answer is to be sent, other than at once and whole.
struct Manner {
    std::vector<int> interim;             ///< Statuses of interim answers, which go ahead of everything.
    std::chrono::milliseconds delay{};    ///< Then this long nothing.
    bool hangs = false;                   ///< Then nothing, until the client or the faults have gone.
    std::size_t piece_bytes = 0;          ///< So much of the body at a time; 0: all of it.
    std::chrono::milliseconds pause{};    ///< After each piece.
    std::optional<std::size_t> cut_after; ///< The connection ends after so much of the body.

    bool operator==(Manner const&) const = default;
};

struct Sending {
    http::Response response;
    Manner manner;
    std::shared_ptr<bool const> is_over; ///< Whether the faults were cleared since; null: there was none.
};

struct World;

/// A stand-in for the Gorgias help desk, for the demo and the tests: accounts with REST API, OAuth2, rate limits and
/// webhooks, all in memory, each under `/{subdomain}`; tests steer it under `/_simulator`.
/// Single-threaded; never waits: what takes time at the vendor happens when the simulated clock has got there and the
/// next call comes in. The clock must outlive it.
class Simulator {
public:
    Simulator(Config config, Clock const& clock);
    ~Simulator();

    /// The answer, and how it is to be sent.
    Sending handle(http::Request const& request);

    /// Each due webhook call once; report what became of it with `delivered`.
    std::vector<Delivery> take_due_deliveries();
    void delivered(std::string_view id, DeliveryOutcome const& outcome);

private:
    std::unique_ptr<World> world_;
};

/// One row of the route table.
struct Operation {
    std::string_view id;
    http::Method method;
    std::string_view path;
};
[[nodiscard]] std::vector<Operation> operations();

} // namespace sluice::simulator
