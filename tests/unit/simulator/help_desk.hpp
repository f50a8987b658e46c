#pragma once

#include "simulator/simulator.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::simulator::testing {

/// An answer and its body; null if that is not JSON.
struct Reply {
    http::Response response;
    json::value body;
    Manner manner;
    std::shared_ptr<bool const> is_over;

    [[nodiscard]] int status() const { return response.status; }
    /// By JSON pointer.
    [[nodiscard]] json::value const& operator[](std::string_view pointer) const
    {
        static json::value const kAbsent;
        boost::system::error_code error;
        auto const* found = body.find_pointer(pointer, error);
        return found != nullptr ? *found : kAbsent;
    }
    [[nodiscard]] std::int64_t id(std::string_view pointer = "/id") const { return (*this)[pointer].as_int64(); }
    [[nodiscard]] std::string text(std::string_view pointer) const
    {
        auto const* text = (*this)[pointer].if_string();
        return text != nullptr ? std::string(*text) : std::string{};
    }
    [[nodiscard]] std::string header(std::string_view name) const
    {
        return std::string(response.headers.find(name).value_or(""));
    }
    [[nodiscard]] json::array const& data() const { return body.at("data").as_array(); }
};

class StoppedClock final : public Clock {
public:
    [[nodiscard]] time_point now() const override { return *parse_timestamp("2026-11-20T12:00:00Z"); }
};

inline std::string basic(std::string_view user, std::string_view password)
{
    return "Basic " + base64(bytes_of(std::string(user) + ':' + std::string(password)));
}

/// One small account, `acme`, reached with its API key; the clock stands until it is told to move.
class HelpDesk : public ::testing::Test {
public:
    static constexpr std::string_view kRedirect = "https://app.example/callback";

    explicit HelpDesk(std::size_t tickets = 24)
        : simulator(Config{.accounts = {{"acme", "casey@acme.example", "k3y", tickets}},
                           .apps = {{"app-1", "s3cret", {std::string(kRedirect)}, "Connector"},
                                    {"app-2", "other", {"https://other.example/cb"}, "Other"}}},
                    clock)
    {
    }

    Reply send(http::Method method, std::string target, std::string body = {}, std::string authorization = {})
    {
        http::Request request;
        request.method = method;
        request.target = std::move(target);
        request.headers.add("authorization", authorization.empty() ? credential : authorization);
        if (!body.empty())
            request.headers.add("content-type", body_type);
        request.body = std::move(body);
        auto sending = simulator.handle(request);
        Reply reply{std::move(sending.response), nullptr, std::move(sending.manner), std::move(sending.is_over)};
        if (auto parsed = json::parse(reply.response.body, {.max_bytes = 64 * 1024 * 1024}); parsed)
            reply.body = std::move(*parsed);
        return reply;
    }
    Reply call(http::Method method, std::string_view path, std::string body = {})
    {
        return send(method, "/acme" + std::string(path), std::move(body));
    }
    Reply get(std::string_view path) { return call(http::Method::get, path); }
    Reply post(std::string_view path, std::string body) { return call(http::Method::post, path, std::move(body)); }
    Reply put(std::string_view path, std::string body) { return call(http::Method::put, path, std::move(body)); }
    Reply del(std::string_view path, std::string body = {})
    {
        return call(http::Method::delete_, path, std::move(body));
    }
    Reply control(std::string_view path, std::string body)
    {
        return send(http::Method::post, "/_simulator" + std::string(path), std::move(body));
    }
    Reply state() { return send(http::Method::get, "/_simulator/state"); }
    void advance(int seconds) { control("/clock", R"({"advance_s":)" + std::to_string(seconds) + "}"); }

    /// The id of the first item of a list.
    std::int64_t first(std::string_view list) { return get(list).id("/data/0/id"); }
    /// A bearer credential with these scopes.
    std::string bearer(std::string_view scopes, std::string_view more = {})
    {
        auto const reply =
            control("/accounts/acme/tokens", R"({"scopes":")" + std::string(scopes) + '"' + std::string(more) + "}");
        return "Bearer " + reply.text("/access_token");
    }
    /// Calls without end need an empty bucket from time to time.
    void drain() { advance(20); }

    StoppedClock clock;
    Simulator simulator;
    std::string credential = basic("casey@acme.example", "k3y");
    std::string body_type = "application/json";
};

inline std::string path_of(std::string_view before, std::int64_t id, std::string_view after = {})
{
    return std::string(before) + std::to_string(id) + std::string(after);
}

} // namespace sluice::simulator::testing
