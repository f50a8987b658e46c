#include "telemetry/process_metrics.hpp"

#include "base/version.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace sluice::telemetry {
namespace {

/// A field of /proc/self/stat behind the name of the program, which may have blanks: proc(5) counts from 1.
double stat_field(int number)
{
    std::ifstream file("/proc/self/stat");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(text.substr(std::min(text.rfind(')'), text.size() - 1) + 1));
    std::string field;
    for (int i = 3; i <= number; ++i) // NOLINT(*-magic-numbers): the first field behind the name
        fields >> field;
    return field.empty() ? 0 : std::stod(field);
}

double ticks()
{
    return static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double resident_bytes()
{
    constexpr int kPages = 24;
    return stat_field(kPages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds()
{
    constexpr int kUser = 14;
    constexpr int kSystem = 15;
    return (stat_field(kUser) + stat_field(kSystem)) / ticks();
}

double boot_time()
{
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;)
        if (word == "btime") {
            double seconds = 0;
            file >> seconds;
            return seconds;
        }
    return 0;
}

double start_time()
{
    constexpr int kStart = 22;
    return boot_time() + stat_field(kStart) / ticks();
}

double open_files()
{
    std::error_code failure;
    std::filesystem::directory_iterator files("/proc/self/fd", failure);
    return failure ? 0 : static_cast<double>(std::distance(begin(files), end(files))) - 1; // Without its own.
}

double most_files()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

} // namespace

void add_process_metrics(Registry& registry, Log const& log)
{
    registry.gauge("sluice_build_info", "Which version runs; always 1.", [] { return 1.0; },
                   {{"version", std::string(version())}});
    registry.sum("sluice_log_dropped_lines_total", "Log lines that were dropped because nobody took them.",
                 [&log] { return static_cast<double>(log.dropped()); });
    registry.sum("process_cpu_seconds_total", "User and system CPU time.", cpu_seconds);
    registry.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes);
    registry.gauge("process_open_fds", "Open file descriptors.", open_files);
    registry.gauge("process_max_fds", "The most file descriptors that may be open.", most_files);
    registry.gauge("process_start_time_seconds", "When the process began, since 1970.",
                   [at = start_time()] { return at; });
}

} // namespace sluice::telemetry
