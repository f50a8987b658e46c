#pragma once

#include "base/id.hpp"
#include "http_api/byte_budget.hpp"
#include "http_api/message.hpp"
#include "http_server/server.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice::api {

/// The time for a body that is read whole.
inline constexpr std::chrono::seconds kBodyTime{30};

/// The memory of a process for bodies, as one request takes it.
class BodyMemory final : public http::BodyRoom {
public:
    BodyMemory(http::ByteBudget& budget, EnvironmentId environment)
        : hold_(budget, environment)
    {
    }
    [[nodiscard]] bool grow(std::size_t bytes) override { return hold_.grow(bytes); }

private:
    http::ByteBudget::Hold hold_;
};

/// An answer in the form of our errors.
[[nodiscard]] http::Response plain_error(int status, std::string_view message);

/// Decodes the body of a request. Gives an answer if that is not possible.
Task<std::optional<http::Response>> decode_body(http::Request& request, std::size_t limit, http::BodyRoom& room);

/// Reads a body whole into `request.body`, decoded, if it is still to be read or coded. Gives an answer if that is not
/// possible.
Task<std::optional<http::Response>> read_whole(http::Request& request, std::size_t limit, http::BodyRoom& room);

} // namespace sluice::api
