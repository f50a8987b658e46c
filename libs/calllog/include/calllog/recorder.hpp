#pragma once

#include "base/clock.hpp"
#include "calllog/entry.hpp"
#include "calllog/pipe.hpp"
#include "telemetry/log.hpp"

#include <memory>

namespace sluice::calllog {

/// Writes the calls of one thread into the log; one that failed also as a line for the operator, with its reason. Does
/// not wait, and takes no lock for a call that succeeded.
class Recorder {
public:
    /// All must outlive it. `rows` and `spans` may be null: then no entries are made, and no spans are exported.
    Recorder(Inlet* rows, Inlet* spans, Clock const& clock, telemetry::Log& log);
    ~Recorder();

    /// Gives the id of the entry. An entry that does not fit into the pipe is counted by it.
    LogEntryId record(Ended const& call);

private:
    struct Scratch;

    Inlet* const rows_;
    Inlet* const spans_;
    Clock const& clock_;
    telemetry::Log& log_;
    std::unique_ptr<Scratch> const scratch_;
};

} // namespace sluice::calllog
