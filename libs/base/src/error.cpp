#include "base/error.hpp"

#include "base/encoding.hpp"

#include <utility>

namespace sluice {
namespace {

/// The most mistakes that an error lists, however much a caller sent.
constexpr std::size_t kMaxFailures = 20;
constexpr std::size_t kMaxPath = 300;
constexpr std::size_t kMaxMessage = 2000;

void shorten(std::string& text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return;
    text.resize(utf8_prefix(text, bytes).size());
    text += "…";
}

/// Cuts the list. The last entry may be a count of further mistakes; it is kept.
void bound(std::vector<FieldFailure>& failures)
{
    if (failures.size() > kMaxFailures + 1) {
        auto const more = failures.size() - kMaxFailures;
        failures.resize(kMaxFailures);
        failures.push_back({"", "and " + std::to_string(more) + " more mistakes"});
    }
    for (auto& failure : failures) {
        shorten(failure.path, kMaxPath);
        shorten(failure.message, kMaxMessage);
    }
}

} // namespace

std::string_view name_of(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::invalid_argument:
        return "invalid_argument";
    case ErrorCode::unauthenticated:
        return "unauthenticated";
    case ErrorCode::forbidden:
        return "forbidden";
    case ErrorCode::not_found:
        return "not_found";
    case ErrorCode::not_allowed:
        return "not_allowed";
    case ErrorCode::conflict:
        return "conflict";
    case ErrorCode::too_large:
        return "too_large";
    case ErrorCode::unsupported_media:
        return "unsupported_media";
    case ErrorCode::rate_limited:
        return "rate_limited";
    case ErrorCode::reauth_needed:
        return "reauth_needed";
    case ErrorCode::setup_failed:
        return "setup_failed";
    case ErrorCode::upstream_unreachable:
        return "upstream_unreachable";
    case ErrorCode::upstream_failed:
        return "upstream_failed";
    case ErrorCode::upstream_timeout:
        return "upstream_timeout";
    case ErrorCode::unavailable:
        return "unavailable";
    case ErrorCode::internal:
        return "internal";
    }
    return "internal";
}

Error::Error(ErrorCode code, std::string public_detail)
    : code_(code)
    , public_detail_(std::move(public_detail))
{
}

Error::Error(ErrorCode code, std::string public_detail, std::string log_message)
    : code_(code)
    , public_detail_(std::move(public_detail))
    , log_message_(std::move(log_message))
{
}

Error::Error(std::vector<FieldFailure> failures)
    : code_(ErrorCode::invalid_argument)
    , failures_(std::move(failures))
{
    bound(failures_);
    public_detail_.clear();
    for (auto const& failure : failures_) {
        if (!public_detail_.empty())
            public_detail_ += "; ";
        if (!failure.path.empty())
            public_detail_ += failure.path + " ";
        public_detail_ += failure.message;
    }
}

Error Error::at(ErrorCode code, std::string path, std::string message)
{
    auto made = invalid(std::move(path), std::move(message));
    made.code_ = code;
    return made;
}

Error invalid(std::string path, std::string message)
{
    std::vector<FieldFailure> failures;
    failures.push_back({std::move(path), std::move(message)});
    return Error{std::move(failures)};
}

} // namespace sluice
