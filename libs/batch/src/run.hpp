#pragma once

#include "batch/runner.hpp"
#include "bounds.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::batch {

/// One run of a node: the records of the nodes on which it loops, or an element of the caller's list.
struct Iteration {
    std::vector<std::pair<std::size_t, json::value const*>> records;
    json::value const* element = nullptr;
};

/// What is known of a plan while it runs: which runs of which nodes are due, and what they gave. Makes no calls.
/// Belongs to one thread.
class Run {
public:
    /// Both must outlive it.
    Run(Plan const& plan, Bounds& bounds);

    struct Item {
        std::size_t node = 0;
        std::size_t index = 0;
    };
    /// The next run that is due; nothing if none is due now, or the batch has stopped.
    std::optional<Item> take();
    /// Ends a run that was taken.
    void end(Item item);
    /// Whether runs that were taken have not ended.
    [[nodiscard]] bool is_busy() const noexcept { return busy_ > 0; }

    /// What the placeholders of a run read.
    [[nodiscard]] json::value values_of(Item item) const;
    /// Adds records to a run: the text of a JSON array without its brackets. Stops the batch if it grows too large.
    void add(Item item, std::string records);
    void fail(Item item, std::string error);
    /// Says that a run is not whole, since the batch has stopped meanwhile.
    void cut(Item item, std::optional<std::string> next_cursor);
    /// Says that the vendor has more records than a run got.
    void note(Item item, std::string message);

    /// The results of all nodes, at the end.
    std::vector<NodeResult> take_results() &&;
    [[nodiscard]] bool has_succeeded() const noexcept { return has_succeeded_; }

private:
    enum class Phase { waiting, running, succeeded, failed };
    struct State {
        Phase phase = Phase::waiting;
        std::vector<Iteration> iterations;
        std::size_t wanted = 0; ///< Iterations, also those for which no calls are left.
        std::size_t next = 0;
        std::size_t busy = 0;
        std::size_t failed = 0;
        std::size_t was_cut = 0;
        std::vector<std::deque<json::value>> records; ///< By run, if another node reads them.
        std::optional<std::string> next_cursor;       ///< Of a list that was cut.
        std::string note;
        NodeResult result;
    };

    void begin(std::size_t node);
    void skip(std::size_t node, std::size_t because);
    /// Begins, skips or ends what is to be.
    void settle();
    bool settle(std::size_t node);
    [[nodiscard]] json::value const* record_for(Item item, std::size_t other) const;
    [[nodiscard]] Partial partial_of(State& state) const;

    Plan const& plan_;
    Bounds& bounds_;
    std::vector<State> states_;
    std::size_t busy_ = 0;
    bool has_succeeded_ = false;
};

} // namespace sluice::batch
