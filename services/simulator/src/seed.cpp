#include "seed.hpp"

#include "base/encoding.hpp"

namespace sluice::simulator {

void seed(Account& account)
{
    constexpr std::chrono::days kHistory{90};
    SeedContext context{.account = account,
                        .random = SeedRandom(crc32(account.config.subdomain)),
                        .start = account.now() - kHistory,
                        .agents = {},
                        .teams = {},
                        .customers = {},
                        .tags = {}};
    seed_people(context);
    seed_set_up(context);
    seed_tickets(context);
    seed_voice(context);
}

} // namespace sluice::simulator
