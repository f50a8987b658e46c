#pragma once

#include "telemetry/log.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace sluice::test {

/// A log that can be read again, in a file that nobody else sees.
class LogFile {
public:
    explicit LogFile(telemetry::Level threshold = telemetry::Level::debug)
        : file_(std::tmpfile())
    {
        log_.emplace(::fileno(file_.get()), threshold);
    }

    [[nodiscard]] telemetry::Log& log() { return *log_; }
    /// Ends the log, as at the end of a process.
    void end() { log_.reset(); }

    /// All that was written so far.
    [[nodiscard]] std::string text()
    {
        if (log_)
            log_->flush();
        std::string text;
        std::array<char, 4096> room{};
        for (ssize_t got = 0;; text.append(room.data(), static_cast<std::size_t>(got)))
            // The log goes on at the file's own position.
            if ((got = ::pread(::fileno(file_.get()), room.data(), room.size(), static_cast<off_t>(text.size()))) <= 0)
                return text;
    }
    [[nodiscard]] std::vector<std::string> lines()
    {
        std::istringstream in(text());
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        return lines;
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::unique_ptr<std::FILE, Close> file_;
    std::optional<telemetry::Log> log_;
};

} // namespace sluice::test
