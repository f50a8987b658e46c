#pragma once

#include "runtime/offload.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace sluice::test {

/// One thing that a scripted peer does after a request has come.
struct Step {
    enum class Kind { send, pause, hang, cut, reset };
    Kind kind = Kind::send;
    std::string bytes;
    std::chrono::milliseconds time{};
};
using Script = std::vector<Step>;

[[nodiscard]] inline Step send(std::string bytes)
{
    return {Step::Kind::send, std::move(bytes), {}};
}
[[nodiscard]] inline Step pause(std::chrono::milliseconds time)
{
    return {Step::Kind::pause, {}, time};
}
/// Does nothing more; the connection stays open until the client closes it.
[[nodiscard]] inline Step hang()
{
    return {Step::Kind::hang, {}, {}};
}
[[nodiscard]] inline Step cut()
{
    return {Step::Kind::cut, {}, {}};
}
[[nodiscard]] inline Step reset()
{
    return {Step::Kind::reset, {}, {}};
}
/// `bytes` in pieces of `size`, with a pause after each.
[[nodiscard]] inline Script trickle(std::string_view bytes, std::size_t size, std::chrono::milliseconds between)
{
    Script script;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
        script.push_back(send(std::string(bytes.substr(0, size))));
        script.push_back(pause(between));
    }
    return script;
}
/// A whole answer with its length.
[[nodiscard]] inline std::string http_answer(int status, std::string_view body, std::string_view fields = {})
{
    return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string(fields) +
           "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// A server on 127.0.0.1 whose every byte is scripted: what a vendor may do to our client. It lives on the io_context
/// of the test and ends with its object.
class ScriptedPeer {
public:
    /// What is done for a request, given as its head and body.
    using Respond = std::function<Script(std::string const& request)>;

    ScriptedPeer(asio::io_context& io, Respond respond)
        : state_(std::make_shared<State>(io, std::move(respond)))
    {
        asio::co_spawn(io, accept(state_), [](std::exception_ptr const&) {});
    }
    /// Each request takes the next of `scripts`; the last one stays.
    ScriptedPeer(asio::io_context& io, std::vector<Script> scripts)
        : ScriptedPeer(io, [scripts = std::move(scripts), next = std::size_t{0}](std::string const&) mutable {
            auto const index = std::min(next, scripts.size() - 1);
            ++next;
            return scripts[index];
        })
    {
    }
    ~ScriptedPeer()
    {
        state_->is_over = true;
        boost::system::error_code ignored; // It is closed either way.
        state_->acceptor.close(ignored);
        for (auto const& socket : state_->sockets)
            socket->close(ignored);
    }
    ScriptedPeer(ScriptedPeer const&) = delete;
    ScriptedPeer& operator=(ScriptedPeer const&) = delete;

    /// Done as soon as the head of a request has come, instead of all else.
    void on_head(Script script) { state_->on_head = std::move(script); }
    /// Done for each new connection, before any request.
    void on_accept(Script script) { state_->greeting = std::move(script); }
    [[nodiscard]] std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    [[nodiscard]] std::string url(std::string_view path = "/") const
    {
        return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
    }
    [[nodiscard]] std::vector<std::string> const& requests() const { return state_->requests; }
    /// Connections taken so far, and those of them that neither side has closed.
    [[nodiscard]] std::size_t accepted() const { return state_->accepted; }
    [[nodiscard]] std::size_t open() const { return state_->sockets.size(); }

private:
    using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

    struct State {
        State(asio::io_context& the_io, Respond the_respond)
            : io(the_io)
            , acceptor(the_io, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0))
            , respond(std::move(the_respond))
        {
        }
        asio::io_context& io;
        Acceptor acceptor;
        Respond respond;
        Script greeting;
        std::optional<Script> on_head;
        std::vector<std::string> requests;
        std::vector<std::shared_ptr<Socket>> sockets;
        std::size_t accepted = 0;
        bool is_over = false;
    };

    static Task<void> accept(std::shared_ptr<State> state)
    {
        while (!state->is_over) {
            auto socket = std::make_shared<Socket>(state->io);
            auto const [failure] = co_await state->acceptor.async_accept(*socket, kUseTask);
            if (failure || state->is_over)
                co_return;
            ++state->accepted;
            state->sockets.push_back(socket);
            asio::co_spawn(state->io, serve(state, socket), [](std::exception_ptr const&) {});
        }
    }

    static Task<void> serve(std::shared_ptr<State> state, std::shared_ptr<Socket> socket)
    {
        auto going_on = co_await play(*socket, state->greeting);
        while (going_on) {
            auto const request = co_await read_request(*socket, state->on_head.has_value());
            if (!request || state->is_over)
                break;
            state->requests.push_back(*request);
            auto const script = state->on_head ? *state->on_head : state->respond(*request);
            going_on = co_await play(*socket, script);
        }
        boost::system::error_code ignored; // It is closed either way.
        socket->close(ignored);
        std::erase(state->sockets, socket);
    }

    /// False once the connection is to be closed.
    static Task<bool> play(Socket& socket, Script script)
    {
        for (auto const& step : script) {
            switch (step.kind) {
            case Step::Kind::send: {
                auto const [failure, written] = co_await asio::async_write(socket, asio::buffer(step.bytes), kUseTask);
                if (failure)
                    co_return false;
                break;
            }
            case Step::Kind::pause:
                co_await sleep_until(Deadline::after(step.time));
                break;
            case Step::Kind::hang:
                while (co_await read_some(socket)) {
                }
                co_return false;
            case Step::Kind::cut:
                co_return false;
            case Step::Kind::reset:
                socket.set_option(asio::socket_base::linger(true, 0));
                co_return false;
            }
        }
        co_return true;
    }

    static Task<std::optional<std::string>> read_some(Socket& socket)
    {
        std::string piece(16 * 1024, '\0');
        auto const [failure, bytes] = co_await socket.async_read_some(asio::buffer(piece), kUseTask);
        piece.resize(bytes);
        co_return failure ? std::nullopt : std::optional(std::move(piece));
    }

    /// Our client sends one request at a time, with its length.
    static Task<std::optional<std::string>> read_request(Socket& socket, bool head_only)
    {
        std::string request;
        for (;;) {
            if (auto const end = request.find("\r\n\r\n"); end != std::string::npos) {
                constexpr std::string_view kLength = "\r\ncontent-length: ";
                std::size_t length = 0;
                if (auto const at = request.find(kLength); at < end)
                    std::from_chars(request.data() + at + kLength.size(), request.data() + end, length);
                if (head_only || request.size() >= end + 4 + length)
                    co_return request;
            }
            auto const piece = co_await read_some(socket);
            if (!piece)
                co_return std::nullopt;
            request += *piece;
        }
    }

    std::shared_ptr<State> state_;
};

} // namespace sluice::test
