#pragma once

#include "http_server/server.hpp"

#include "http_api/place.hpp"
#include "support/raw_http.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::http {

using test::RawClient;
using test::status_of;

/// Memory for bodies that a test can see.
class Room final : public BodyRoom {
public:
    explicit Room(std::atomic<std::size_t>& held)
        : held_(held)
    {
    }
    ~Room() override { held_ -= own_; }
    bool grow(std::size_t bytes) override
    {
        constexpr std::size_t kMost = 100'000;
        if (own_ + bytes > kMost)
            return false;
        own_ += bytes;
        held_ += bytes;
        return true;
    }

private:
    std::atomic<std::size_t>& held_;
    std::size_t own_ = 0;
};

/// Answers with what it has been asked. Whoever asks at `/strange` may bring no body.
class Echo final : public Handler {
public:
    explicit Echo(asio::io_context& io)
        : gate(io, SteadyTimer::time_point::max())
    {
    }
    [[nodiscard]] std::size_t body_limit(Method, std::string_view) const override { return 1024 * 1024; }
    [[nodiscard]] bool streams_body(Method, std::string_view path) const override
    {
        return path.starts_with("/upload");
    }
    Task<Admission> admit(Request const& head) override
    {
        ++admissions;
        admitted = head.client;
        Admission admission;
        if (head.path() == "/throw")
            throw std::runtime_error("broken");
        if (head.path() == "/strange")
            admission.refusal = refuse(401, "Who are you?", head.client);
        admission.room = std::make_unique<Room>(held);
        co_return admission;
    }
    Task<Response> handle(Request request) override
    {
        if (request.path() == "/client")
            co_return json_response(200, std::string(request.client));
        if (request.path() == "/slow")
            co_await dynamic_cast<WaitingClient const&>(*request.peer).inform(103, {});
        if (request.path() == "/stream") {
            Response response;
            response.stream = write_twice;
            co_return response;
        }
        if (request.path() == "/broken-stream") {
            Response response;
            response.stream = write_and_throw;
            co_return response;
        }
        if (request.path() == "/watch") {
            Response response;
            response.stream = [this](BodySink& sink) { return wait_until_gone(sink, left); };
            co_return response;
        }
        if (request.path() == "/throw")
            throw std::runtime_error("broken");
        if (request.path() == "/nothing") {
            Response response;
            response.status = 204;
            co_return response;
        }
        if (request.path() == "/split") {
            auto response = json_response(200, std::string("{}"));
            response.headers.add("x-note", "a\r\nset-cookie: b");
            co_return response;
        }
        if (request.path() == "/upload-refused")
            co_return refuse(409, "Not now.", request.client);
        if (request.source)
            request.body = co_await read_pieces(*request.source);
        if (request.path() == "/sized-stream" || request.path() == "/short-stream") {
            Response response;
            response.stream = write_twice;
            response.stream_size = request.path() == "/short-stream" ? 7 : 6;
            co_return response;
        }
        if (request.path() == "/gate")
            co_await gate.async_wait(kUseTask);
        if (request.path() == "/large")
            co_return large(EnvironmentId(Uuid{static_cast<std::uint8_t>(request.query().size())}));
        std::string names;
        for (auto const& [name, value] : request.headers)
            names.append(" ").append(name == "host" ? fmt::format("host={}", value) : std::string(name));
        co_return json_response(
            200, fmt::format("{} {} {}{}", name_of(request.method), request.target, request.body, names));
    }
    Response refuse(int status, std::string_view message, std::string_view client) override
    {
        refused = client;
        return json_response(status, std::string(message));
    }

    static Task<void> write_twice(BodySink& sink)
    {
        for (auto const* piece : {"one", "two"}) {
            auto const written = co_await sink.write(piece);
            if (!written)
                co_return;
        }
    }

    /// The body with a bar after each piece; the error after what came before it.
    static Task<std::string> read_pieces(BodySource& source)
    {
        auto text = source.size() ? fmt::format("[{}]", *source.size()) : std::string("[?]");
        for (;;) {
            auto const piece = co_await source.read();
            if (!piece)
                co_return text + piece.error().public_detail();
            if (piece->empty())
                co_return text;
            text += *piece + "|";
        }
    }

    static Task<void> write_and_throw(BodySink& sink)
    {
        [[maybe_unused]] auto const written = co_await sink.write("one");
        throw std::runtime_error("broken");
    }
    /// Writes nothing until the client is gone, and then learns so.
    static Task<void> wait_until_gone(BodySink& sink, std::promise<bool>& left)
    {
        SteadyTimer waiting(co_await asio::this_coro::executor, SteadyTimer::time_point::max());
        sink.when_gone([&waiting] { waiting.cancel(); });
        co_await waiting.async_wait(kUseTask);
        left.set_value(sink.is_gone());
    }

    /// An answer that no socket takes at once, to the environment, if it reads what it gets.
    Response large(EnvironmentId environment)
    {
        Place place(running, &answers);
        auto response = json_response(200, std::string());
        if (!place.take(environment))
            response.status = 429;
        else
            response.body.resize(kLarge, 'x');
        EXPECT_TRUE(place.count(response));
        return response;
    }

    static constexpr std::size_t kLarge = 16UL * 1024 * 1024;
    std::shared_ptr<Shares> const running = std::make_shared<Shares>(100);
    ByteBudget answers{8 * kLarge, 2 * kLarge};
    std::promise<bool> left; ///< Whether the client of `/watch` is gone.
    SteadyTimer gate;        ///< What `/gate` waits for.
    std::atomic<int> admissions = 0;
    std::string admitted; ///< The client of the last one.
    std::string refused;  ///< The client that was refused last.
    std::atomic<std::size_t> held = 0;
};

class ServerTest : public testing::Test {
protected:
    explicit ServerTest(ServerConfig config = {.connection_limit = 1000})
        : config_(std::move(config))
    {
        config_.port = 0;
        server_.emplace(io_, config_, handler_, metrics_, log_);
        EXPECT_TRUE(server_->listen());
        thread_ = std::thread([this] { io_.run(); });
    }
    ~ServerTest() override
    {
        asio::co_spawn(io_, server_->drain(Deadline::after(std::chrono::seconds(0))), asio::use_future).get();
        work_.reset();
        thread_.join();
    }

    RawClient client() { return RawClient(server_->port()); }
    std::string answer_to(std::string_view request)
    {
        auto peer = client();
        peer.send(request);
        return peer.answer();
    }

    ServerConfig config_;
    asio::io_context io_{1};
    Echo handler_{io_};
    telemetry::Registry registry_;
    ServerMetrics metrics_{registry_};
    telemetry::Log log_{::open("/dev/null", O_WRONLY | O_CLOEXEC), telemetry::Level::error};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::optional<Server> server_;
    std::thread thread_;
};

inline constexpr std::string_view kChunkedHead = "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";

} // namespace sluice::http
