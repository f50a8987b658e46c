#include "tenancy/keyring_watch.hpp"

#include "crypto/mac.hpp"

#include <chrono>
#include <fstream>
#include <sstream>

namespace sluice::tenancy {
namespace {

constexpr std::chrono::seconds kInterval{2};
constexpr std::chrono::seconds kLimit{2};
/// A replica with unchanged keys announces itself each so many rounds, which is well within its lifetime.
constexpr int kRoundsToAnnounce = 4;
static_assert(3 * kRoundsToAnnounce * kInterval <= KeyRepository::kReplicaLifetime);

/// The text of a file; empty if it cannot be read. Blocks.
std::string text_in(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return file ? text.str() : std::string();
}

} // namespace

KeyringWatch::KeyringWatch(crypto::Keyring& keyring, std::string file, KeyRepository& repository, std::string name,
                           WorkerPool& files, Clock const& clock, telemetry::Log& log)
    : keyring_(keyring)
    , file_(std::move(file))
    , repository_(repository)
    , files_(files)
    , log_(log)
{
    replica_.id = uuid_v7(clock.now());
    replica_.name = std::move(name);
}

Task<void> KeyringWatch::run_forever()
{
    for (int rounds = 0;; ++rounds) {
        co_await reload();
        auto const ids = keyring_.ids();
        bool const is_due = rounds % kRoundsToAnnounce == 0 || ids != replica_.key_ids;
        replica_.key_ids = ids;
        if (is_due) {
            auto const told = co_await repository_.announce_replica(replica_, Deadline::after(kLimit));
            if (!told) {
                rounds = -1; // Tries again in the next round.
                log_.write(telemetry::Level::debug, "replica was not announced", told.error());
            }
        }
        co_await sleep_until(Deadline::after(kInterval));
    }
}

Task<void> KeyringWatch::say_goodbye()
{
    [[maybe_unused]] auto const told = co_await repository_.forget_replica(replica_.id, Deadline::after(kLimit));
}

Task<void> KeyringWatch::reload()
{
    std::move_only_function<Result<std::string>(std::size_t)> read = [file = file_](std::size_t) {
        return Result<std::string>(text_in(file));
    };
    auto const text = co_await offload<std::string>(files_, Deadline::after(kLimit), std::move(read));
    // A missing file is just being replaced. If not, the next start will report it.
    if (text && !text->empty())
        take(*text);
}

void KeyringWatch::take(std::string const& text)
{
    auto const digest = crypto::sha256(text);
    std::string const now(text_of(digest));
    if (now == seen_)
        return;
    bool const is_first = seen_.empty();
    seen_ = now;
    auto newer = crypto::Keyring::parse(text);
    auto const replaced = newer ? keyring_.replace(*std::move(newer)) : Result<void>(newer.error());
    if (!replaced)
        log_.write(telemetry::Level::error, "the changed keyring file cannot be used", replaced.error());
    else if (!is_first)
        log_.write(telemetry::Level::info, "the keyring was loaded again",
                   {{"active", static_cast<std::int64_t>(keyring_.active())}});
}

} // namespace sluice::tenancy
