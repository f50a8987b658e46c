#pragma once

#include "base/clock.hpp"
#include "calllog/entry.hpp"
#include "calllog/pipe.hpp"

#include <memory>

namespace sluice::calllog {

/// Writes the calls of one thread into the log. Takes no lock and does not wait.
class Recorder {
public:
    /// All must outlive it. `rows` and `spans` may be null: then nothing is logged, and no spans are exported.
    Recorder(Inlet* rows, Inlet* spans, Clock const& clock);
    ~Recorder();

    /// Gives the id of the entry. An entry that does not fit into the pipe is counted by it.
    LogEntryId record(Ended const& call);

private:
    struct Scratch;

    Inlet* const rows_;
    Inlet* const spans_;
    Clock const& clock_;
    std::unique_ptr<Scratch> const scratch_;
};

} // namespace sluice::calllog
