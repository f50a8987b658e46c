#include "base/failpoint.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace sluice {
namespace {

struct Wanted {
    std::string name;
    long times = 1;
};

Wanted const& wanted()
{
    static Wanted const from_environment = [] {
        Wanted result;
        if (auto const* text = std::getenv("SLUICE_FAILPOINT")) {
            result.name = text;
            if (auto const colon = result.name.find(':'); colon != std::string::npos) {
                result.times = std::strtol(result.name.c_str() + colon + 1, nullptr, 10);
                result.name.resize(colon);
            }
        }
        return result;
    }();
    return from_environment;
}

} // namespace

void failpoint(std::string_view name)
{
    if (wanted().name.empty() || wanted().name != name)
        return;
    static std::atomic<long> passed{0};
    if (++passed == wanted().times)
        std::raise(SIGKILL);
}

} // namespace sluice
