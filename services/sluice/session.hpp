#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "options.hpp"
#include "runtime/run_to_end.hpp"
#include "store/store.hpp"
#include "telemetry/log.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace sluice {

/// Prints a command's answer: one JSON object.
void print(json::object const& answer);

/// Prints a list: on a terminal as a table of `columns`, elsewhere, or if `as_json`, as a JSON object with the member
/// `name`.
void print(std::string_view name, json::array rows, std::vector<std::string_view> const& columns, bool as_json);

/// Whoever runs the command, for the audit log.
[[nodiscard]] tenancy::Author operator_author();

/// Everything that one command needs to use the store.
class Session {
public:
    Session(Options const& options, std::unique_ptr<Clock const> clock, crypto::Keyring keyring)
        : log_(STDERR_FILENO, telemetry::Level::error)
        , metrics_(registry_)
        , clock_(std::move(clock))
        , keyring_(std::move(keyring))
        , pool_({.url = options.database_url(), .connections = 1}, metrics_, log_)
        , store_(pool_, keyring_, *clock_, no_caches_, options.quotas())
    {
    }

    [[nodiscard]] store::Store& store() noexcept { return store_; }
    [[nodiscard]] crypto::Keyring& keyring() noexcept { return keyring_; }
    [[nodiscard]] Clock const& clock() const noexcept { return *clock_; }
    [[nodiscard]] telemetry::Log& log() noexcept { return log_; }
    [[nodiscard]] static Deadline deadline() { return Deadline::after(kLimit); }

    template <class T>
    T run(Task<T> task)
    {
        return run_to_end(io_, std::move(task));
    }

    /// All rows of a list in pages, each as `view` shows it. `page` begins the read of a page.
    template <class Page, class View>
    Result<json::array> all(Page page, View view)
    {
        tenancy::ListQuery query;
        query.limit = tenancy::ListQuery::kMaxLimit;
        query.ascending = true;
        json::array rows;
        do {
            auto const read = run(page(query));
            if (!read)
                return read.error();
            for (auto const& item : read->items)
                rows.push_back(view(item));
            query.after = read->next;
        } while (query.after);
        return rows;
    }

private:
    static constexpr std::chrono::seconds kLimit{10};

    asio::io_context io_{1};
    telemetry::Log log_;
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_;
    std::unique_ptr<Clock const> clock_;
    crypto::Keyring keyring_;
    pg::Pool pool_;
    snapshots::NoCaches no_caches_;
    store::Store store_;
};

/// Checks keyring and database. Errors: the reason why the command cannot run, in one line.
[[nodiscard]] Result<std::unique_ptr<Session>> open_session(Options const& options);

} // namespace sluice
