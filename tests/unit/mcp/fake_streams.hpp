#pragma once

#include "mcp/streams.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::mcp {

/// Streams of several processes, as far as the database knows them. One thread.
class FakeStreams final : public StreamRepository {
public:
    Task<Result<void>> open(Uuid stream, EnvironmentId, McpServerId, Uuid, Deadline) override
    {
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is down."};
        rows.insert(stream);
        co_return Result<void>{};
    }
    Task<Result<void>> close(Uuid stream, Deadline) override
    {
        rows.erase(stream);
        co_return Result<void>{};
    }
    Task<Result<bool>> is_open(Uuid stream, McpServerId, Deadline) override
    {
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is down."};
        co_return rows.contains(stream);
    }
    Task<Result<void>> publish(Uuid stream, std::string sealed, Deadline) override
    {
        published[stream].push_back(std::move(sealed));
        co_return Result<void>{};
    }
    Task<Result<std::vector<std::string>>> take(Uuid stream, Deadline) override
    {
        co_return std::exchange(published[stream], {});
    }
    Task<Result<void>> touch(Uuid, Deadline) override { co_return Result<void>{}; }

    std::set<Uuid> rows;
    std::map<Uuid, std::vector<std::string>> published;
    bool is_down = false;
};

/// What is written to a client that reads all.
class Written final : public http::BodySink {
public:
    Task<Result<void>> write(std::string piece) override
    {
        if (has_left)
            co_return Error{ErrorCode::unavailable, "The client is gone."};
        pieces.push_back(std::move(piece));
        if (on_write)
            on_write();
        co_return Result<void>{};
    }
    void when_gone(std::function<void()> action) override { gone = std::move(action); }
    [[nodiscard]] bool is_gone() const override { return has_left; }
    void abort() override { has_left = true; }

    std::vector<std::string> pieces;
    std::function<void()> on_write;
    std::function<void()> gone;
    bool has_left = false;
};

} // namespace sluice::mcp
