#include "telemetry/log.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <charconv>
#include <cmath>

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace sluice::telemetry {
namespace {

constexpr std::size_t kMaxUnwritten = 1024 * 1024;
constexpr std::size_t kMaxValue = 2000;
constexpr std::chrono::milliseconds kFlushEvery{100};
/// How long a log that ends waits for its reader.
constexpr std::chrono::seconds kLastWords{1};

std::string_view name_of(Level level)
{
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "error";
}

template <class Number>
void append_number(std::string& line, Number value)
{
    std::array<char, 32> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    line.append(digits.data(), end);
}

void append_text(std::string& line, std::string_view text)
{
    text = utf8_prefix(text, kMaxValue);
    if (is_utf8(text))
        json::append_quoted(line, text);
    else
        json::append_quoted(line, to_valid_utf8(text));
}

void append_value(std::string& line, std::variant<std::string_view, std::int64_t, double, bool> const& value)
{
    if (auto const* text = std::get_if<std::string_view>(&value))
        append_text(line, *text);
    else if (auto const* integer = std::get_if<std::int64_t>(&value))
        append_number(line, *integer);
    else if (auto const* number = std::get_if<double>(&value); number != nullptr && std::isfinite(*number))
        append_number(line, std::round(*number * 1000) / 1000);
    else if (auto const* flag = std::get_if<bool>(&value))
        line += *flag ? "true" : "false";
    else
        line += "null";
}

/// Formatting a date costs more than the rest of the line, so it is done once in a second.
void append_time(std::string& line)
{
    thread_local std::chrono::sys_seconds second{};
    thread_local std::string text;
    auto const now = std::chrono::system_clock::now();
    auto const whole = std::chrono::floor<std::chrono::seconds>(now);
    if (whole != second || text.empty()) {
        second = whole;
        text = to_rfc3339(whole);
        text.pop_back();
    }
    auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now - whole).count();
    line += text;
    line += '.';
    line += static_cast<char>('0' + milliseconds / 100);
    line += static_cast<char>('0' + milliseconds / 10 % 10);
    line += static_cast<char>('0' + milliseconds % 10);
    line += 'Z';
}

void begin_line(std::string& line, Level level, std::string_view message)
{
    line = R"({"time":")";
    append_time(line);
    line += R"(","level":")";
    line += name_of(level);
    line += R"(","message":)";
    append_text(line, message);
}

void append_fields(std::string& line, std::initializer_list<LogField> fields)
{
    for (auto const& field : fields) {
        line += ",\"";
        line += field.key;
        line += "\":";
        append_value(line, field.value);
    }
}

} // namespace

Log::Log(int file_descriptor, Level threshold)
    : file_descriptor_(file_descriptor)
    , threshold_(threshold)
    , thread_([this] { run(); })
{
}

Log::~Log()
{
    {
        std::lock_guard const lock(stop_mutex_);
        stopping_ = true;
    }
    stop_signal_.notify_one();
    thread_.join();
    auto const until = std::chrono::steady_clock::now() + kLastWords;
    while (!flush() && file_descriptor_ >= 0) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd waiting{.fd = file_descriptor_, .events = POLLOUT, .revents = 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0 ||
            (waiting.revents & POLLOUT) == 0)
            break;
    }
}

void Log::write(Level level, std::string_view message, std::initializer_list<LogField> fields) noexcept
{
    if (!enabled(level))
        return;
    thread_local std::string line;
    begin_line(line, level, message);
    append_fields(line, fields);
    line += "}\n";
    append(line);
}

void Log::write(Level level, std::string_view message, Error const& error,
                std::initializer_list<LogField> fields) noexcept
{
    if (!enabled(level))
        return;
    thread_local std::string line;
    begin_line(line, level, message);
    append_fields(line, {{"code", sluice::name_of(error.code())}, {"detail", error.log_message()}});
    append_fields(line, fields);
    line += "}\n";
    append(line);
}

void Log::append(std::string_view line)
{
    auto& buffer = buffers_[this_shard()];
    std::lock_guard const lock(buffer.mutex);
    if (buffer.text.size() + line.size() > kMaxUnwritten)
        dropped_.fetch_add(1, std::memory_order_relaxed);
    else
        buffer.text += line;
}

bool Log::flush()
{
    std::lock_guard const one_writer(writing_);
    // The rest of the last time goes first, since it may begin in the middle of a line.
    if (!write_out())
        return false;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        auto& buffer = buffers_[first_];
        first_ = (first_ + 1) % buffers_.size();
        {
            std::lock_guard const lock(buffer.mutex);
            buffer.text.swap(unwritten_);
        }
        if (!write_out())
            return false;
    }
    return true;
}

bool Log::write_out()
{
    std::size_t written = 0;
    while (written < unwritten_.size()) {
        auto const more = ::write(file_descriptor_, unwritten_.data() + written, unwritten_.size() - written);
        if (more > 0)
            written += static_cast<std::size_t>(more);
        else if (more == 0 || errno != EINTR)
            break; // There is no other place to say so. Lines that then find no room are counted by append.
    }
    unwritten_.erase(0, written);
    return unwritten_.empty();
}

void Log::run()
{
    std::unique_lock lock(stop_mutex_);
    while (!stop_signal_.wait_for(lock, kFlushEvery, [this] { return stopping_; })) {
        lock.unlock();
        flush();
        lock.lock();
    }
}

} // namespace sluice::telemetry
