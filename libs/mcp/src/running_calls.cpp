#include "mcp/running_calls.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

namespace sluice::mcp {

void Cancellations::cancel(std::string const& name) const
{
    for (auto const& thread : threads_)
        boost::asio::post(*thread.io, [calls = thread.calls, name] { calls->cancel_here(name); });
}

RunningCalls::RunningCalls(Cancellations& cancellations, boost::asio::io_context& io)
    : cancellations_(cancellations)
    , calls_(std::make_shared<Map>())
{
    cancellations_.join(io, *this);
}

std::string RunningCalls::name_of(McpServerId server, http::Request const& request, std::string_view id)
{
    auto const said = [&](std::string_view header) { return request.headers.find(header).value_or(""); };
    return fmt::format("{}|{}|{}|{}|{}", server.str(), id, said("mcp-session-id"), said("x-forwarded-for"),
                       said("user-agent"));
}

RunningCalls::Call::Call(RunningCalls& calls, std::string name, http::Peer const* peer)
    : calls_(calls.calls_)
    , name_(std::move(name))
    , peer_(peer)
{
    calls_->emplace(name_, this);
}

RunningCalls::Call::~Call()
{
    auto const [first, last] = calls_->equal_range(name_);
    for (auto call = first; call != last; ++call)
        if (call->second == this) {
            calls_->erase(call);
            return;
        }
}

void RunningCalls::cancel_here(std::string const& name)
{
    if (calls_->count(name) == 1)
        calls_->find(name)->second->is_cancelled_ = true;
}

} // namespace sluice::mcp
