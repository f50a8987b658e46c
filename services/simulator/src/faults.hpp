#pragma once

#include "http_api/message.hpp"
#include "simulator/simulator.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::simulator {

/// What goes wrong with the next `times` calls that match.
struct Fault {
    /// `GET /api/tickets`, with the path template or the concrete path; `*` matches every call.
    std::string match;
    std::uint64_t times = 1;
    /// Instead of the true answer.
    std::optional<http::Response> response;
    Manner manner;
    std::string coding;                  ///< The content coding of the answer; empty: none.
    std::shared_ptr<bool const> is_over; ///< Whether the faults were cleared since it was taken.
};

class Faults {
public:
    void add(Fault fault) { faults_.push_back(std::move(fault)); }
    /// In place of those with the same `match`: no call between them sees the true answer.
    void replace(Fault fault);
    void clear();
    /// The first fault that matches either form of the call.
    [[nodiscard]] std::optional<Fault> take(std::string_view call, std::string_view templated);

    /// Until cleared: no credential is valid.
    bool reject_credentials = false;

private:
    std::vector<Fault> faults_;
    std::shared_ptr<bool> is_over_ = std::make_shared<bool>(false);
};

} // namespace sluice::simulator
