#include "vendor_error.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "field_failures.hpp"
#include "http_api/message.hpp"
#include "vendor_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::proxy {
namespace {

constexpr std::size_t kMaxBody = 2 * 1024 * 1024;
constexpr std::size_t kMaxMessage = 500;
constexpr std::size_t kMaxCode = 200;
constexpr std::size_t kMostJoined = 5;
constexpr int kMaxDepth = 8;

// Names as `bare_name` writes them.

/// The members that hold what is wrong, those that say most first.
constexpr std::array<std::string_view, 18> kMessages{"message",
                                                     "msg",
                                                     "errormessage",
                                                     "errormessages",
                                                     "errormsg",
                                                     "errmsg",
                                                     "errordescription",
                                                     "userpresentablemessage",
                                                     "detail",
                                                     "description",
                                                     "faultstring",
                                                     "messages",
                                                     "reason",
                                                     "errorsummary",
                                                     "title",
                                                     "summary",
                                                     "text",
                                                     "errorinfo"};
/// The members inside of which it may be said, after those.
constexpr std::array<std::string_view, 8> kContainers{"errors",  "err",       "fault",   "faults",
                                                      "details", "exception", "problem", "validationerrors"};
/// Those that are there in successes too.
constexpr std::array<std::string_view, 6> kEnvelopes{"data", "response", "responsemetadata", "result", "meta", "body"};
constexpr std::array<std::string_view, 7> kCodes{"code",        "errorcode", "errcode", "faultcode",
                                                 "errornumber", "errorno",   "errno"};
constexpr std::array<std::string_view, 4> kKinds{"type", "category", "status", "reason"};
constexpr std::array<std::string_view, 8> kCodeContainers{"error",  "errors",     "fault",   "extensions",
                                                          "detail", "innererror", "details", "exception"};
/// The elements of XML with a message or a code.
constexpr std::array<std::string_view, 9> kElements{"message",     "errormessage", "faultstring", "msg",  "detail",
                                                    "description", "reason",       "text",        "title"};
constexpr std::array<std::string_view, 4> kCodeElements{"code", "errorcode", "faultcode", "value"};

/// The member with this bare name, or null.
json::value const* member(json::object const& object, std::string_view name)
{
    auto const found = std::ranges::find_if(object, [&](auto const& each) { return bare_name(each.key()) == name; });
    return found == object.end() ? nullptr : &found->value();
}

/// Reads one error in JSON.
class ErrorReader {
public:
    ErrorReader(catalog::ErrorPicks const& picks, int status)
        : picks_(picks)
        , status_(status)
    {
    }

    VendorError read(json::value const& root)
    {
        VendorError error;
        failures_ = field_failures(picks_.fields, root);
        error.message = picked(picks_.message, root, [&](auto const& value) { return message_in(value, 0); });
        if (error.message.empty())
            error.message = message_in(root, 0);
        if (error.message.empty())
            error.message = last_resort(root, 0);
        error.code = picked(picks_.code, root, [&](auto const& value) { return code_of(value); });
        if (error.code.empty())
            error.code = code_in(root, 0);
        if (error.code.empty())
            error.code = kind_in(root, 0);
        for (auto const& place : picks_.status) {
            auto const* found = place.find_in(root);
            auto const* number = found != nullptr ? found->if_int64() : nullptr;
            if (number != nullptr && *number >= 400 && *number <= 599 && !error.status)
                error.status = static_cast<int>(*number);
        }
        error.failures = std::move(failures_);
        return error;
    }

private:
    static std::string picked(std::vector<catalog::AnswerPath> const& places, json::value const& root, auto const& read)
    {
        for (auto const& place : places)
            if (auto const* found = place.find_in(root))
                if (auto text = read(*found); !text.empty())
                    return text;
        return {};
    }

    static std::string joined(std::vector<FieldFailure> const& failures)
    {
        std::vector<std::string> texts;
        for (auto const& failure : failures)
            texts.push_back(failure.path + ": " + failure.message);
        return joined(texts);
    }

    static std::string joined(std::vector<std::string> const& texts)
    {
        std::string text;
        for (std::size_t i = 0; i < std::min(texts.size(), kMostJoined); ++i)
            text += (text.empty() ? "" : text.ends_with('.') ? " " : "; ") + texts[i];
        return std::string(utf8_prefix(text, kMaxMessage));
    }

    std::string message_in(json::value const& value, int depth) const
    {
        if (auto const* text = value.if_string())
            return plain_text(*text, kMaxMessage);
        if (depth > kMaxDepth)
            return {};
        if (auto const* list = value.if_array())
            return message_in(*list, depth);
        auto const* object = value.if_object();
        return object != nullptr ? message_in(*object, depth) : std::string();
    }

    /// The messages of a list's elements, each with the argument that it is about.
    std::string message_in(json::array const& list, int depth) const
    {
        std::vector<std::string> texts;
        for (auto const& element : list) {
            auto text = message_in(element, depth + 1);
            auto const* object = element.if_object();
            auto const place = object != nullptr ? place_of(*object) : std::string();
            if (!text.empty() && !place.empty() && !text.contains(place))
                text = place + ": " + text;
            if (!text.empty() && std::ranges::find(texts, text) == texts.end())
                texts.push_back(std::move(text));
            if (texts.size() == kMostJoined)
                break;
        }
        return joined(texts);
    }

    std::string message_in(json::object const& object, int depth) const
    {
        auto const in = [&](std::string_view name) {
            auto const* found = member(object, name);
            return found != nullptr ? message_in(*found, depth + 1) : std::string();
        };
        auto const* error = member(object, "error");
        if (error != nullptr && !error->is_string())
            if (auto text = message_in(*error, depth + 1); !text.empty())
                return text;
        for (auto const name : kMessages)
            if (auto text = in(name); !text.empty())
                return text;
        if (depth == 0 && !failures_.empty())
            return joined(failures_);
        for (auto const name : kContainers)
            if (auto text = in(name); !text.empty())
                return text;
        return {};
    }

    /// What says little: the name of the error, and what stands in members that successes have too.
    std::string last_resort(json::value const& value, int depth) const
    {
        auto const* object = value.if_object();
        if (object == nullptr || depth > kMaxDepth)
            return {};
        for (auto const* name : {"error", "err"})
            if (auto const* found = member(*object, name); found != nullptr && found->is_string())
                if (auto text = message_in(*found, depth); !text.empty())
                    return text;
        for (auto const name : kEnvelopes) {
            auto const* found = member(*object, name);
            if (found == nullptr || found->is_string())
                continue;
            if (auto text = message_in(*found, depth + 1); !text.empty())
                return text;
            if (auto text = last_resort(*found, depth + 1); !text.empty())
                return text;
        }
        return {};
    }

    /// The value as a code. A number that is the answer's status tells nothing, and so do the words of success and
    /// failure.
    std::string code_of(json::value const& value) const
    {
        if (auto const* number = value.if_int64())
            return *number == 0 || *number == status_ ? std::string() : fmt::to_string(*number);
        auto const* text = value.if_string();
        if (text == nullptr)
            return {};
        auto code = plain_text(*text, kMaxCode);
        constexpr std::array<std::string_view, 15> kEmptyWords{"error", "errors", "fail",    "failed", "failure",
                                                               "false", "true",   "ok",      "ko",     "nok",
                                                               "none",  "null",   "success", "field",  "about:blank"};
        bool const is_empty = std::ranges::find(kEmptyWords, to_lower(code)) != kEmptyWords.end() ||
                              code == fmt::to_string(status_) || iequals(code, http::reason_of(status_)) || code == "0";
        return is_empty ? std::string() : code;
    }

    /// The code in a member that is made for it, here or deeper.
    std::string code_in(json::value const& value, int depth) const
    {
        if (depth > kMaxDepth)
            return {};
        if (auto const* list = value.if_array())
            return list->empty() ? std::string() : code_in(list->front(), depth + 1);
        auto const* object = value.if_object();
        if (object == nullptr)
            return {};
        return first_in(
            *object, kCodes, kCodeContainers, [&](auto const& found) { return code_of(found); },
            [&](auto const& found) { return code_in(found, depth + 1); });
    }

    /// The name of the kind of error, where there is no code.
    std::string kind_in(json::value const& value, int depth) const
    {
        if (depth > kMaxDepth)
            return {};
        if (auto const* list = value.if_array())
            return list->empty() ? std::string() : kind_in(list->front(), depth + 1);
        auto const* object = value.if_object();
        if (object == nullptr)
            return {};
        auto const word = [&](json::value const& found) {
            auto code = found.is_string() ? code_of(found) : std::string();
            if (code.contains(' '))
                return std::string();
            // AWS: `com.amazon.coral.service#ValidationException`.
            auto const hash = code.contains('/') ? std::string::npos : code.find('#');
            return hash == std::string::npos ? code : code.substr(hash + 1);
        };
        for (auto const* name : {"error", "err"})
            if (auto const* found = member(*object, name))
                if (auto code = found->is_string() ? word(*found) : kind_in(*found, depth + 1); !code.empty())
                    return code;
        return first_in(*object, kKinds, kCodeContainers, word,
                        [&](auto const& found) { return kind_in(found, depth + 1); });
    }

    static std::string first_in(json::object const& object, auto const& names, auto const& containers, auto const& read,
                                auto const& read_deeper)
    {
        for (auto const name : names)
            if (auto const* found = member(object, name))
                if (auto text = read(*found); !text.empty())
                    return text;
        for (auto const name : containers)
            if (auto const* found = member(object, name); found != nullptr && !found->is_string())
                if (auto text = read_deeper(*found); !text.empty())
                    return text;
        return {};
    }

    catalog::ErrorPicks const& picks_;
    int status_;
    std::vector<FieldFailure> failures_;
};

/// The first text that is not empty.
std::string first_of(std::vector<std::string> texts)
{
    auto const found = std::ranges::find_if(texts, [](auto const& text) { return !text.empty(); });
    return found == texts.end() ? std::string() : std::move(*found);
}

VendorError read_xml(std::string_view body, int status)
{
    VendorError error;
    error.message = first_of(element_texts(body, kElements, kMaxMessage));
    error.code = first_of(element_texts(body, kCodeElements, kMaxCode));
    if (error.code == fmt::to_string(status))
        error.code.clear();
    if (error.message.empty())
        error.message = text_of_page(body, kMaxMessage);
    return error;
}

/// The parameters of a challenge (RFC 9110 section 11.2): `name=token` or `name="text"`, with commas between.
std::string parameter(std::string_view challenge, std::string_view name)
{
    for (auto at = challenge.find('='); at != std::string_view::npos; at = challenge.find('=', at)) {
        auto const end_of_name = challenge.substr(0, at).find_last_not_of(" \t") + 1;
        auto const begin = challenge.substr(0, end_of_name).find_last_of(" \t,") + 1;
        auto const is_it = iequals(challenge.substr(begin, end_of_name - begin), name);
        ++at;
        bool const is_quoted = at < challenge.size() && challenge[at] == '"';
        at += is_quoted ? 1 : 0;
        std::string value;
        while (at < challenge.size() && (is_quoted ? challenge[at] != '"' : challenge[at] != ',')) {
            if (is_quoted && challenge[at] == '\\' && at + 1 < challenge.size())
                ++at;
            value += challenge[at++];
        }
        if (is_it)
            return value;
    }
    return {};
}

} // namespace

VendorError read_vendor_error(catalog::ErrorPicks const& picks, int status, std::string const& body)
{
    auto const first = body.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    bool const may_be_json = std::string_view("{[\"\xef").contains(body[first]);
    if (may_be_json) {
        if (body.size() > kMaxBody)
            return {};
        if (auto const root = json::parse(is_utf8(body) ? body : to_valid_utf8(body), {.max_bytes = 3 * kMaxBody}))
            return ErrorReader(picks, status).read(*root);
        if (body[first] == '{' || body[first] == '[')
            return {}; // Half of a structure tells people nothing.
    }
    auto const text = std::string_view(body).substr(first);
    if (!is_text(text))
        return {};
    if (text.starts_with('<') && !is_page(text))
        return read_xml(text, status);
    VendorError error;
    error.is_page = text.starts_with('<');
    error.message = error.is_page ? text_of_page(text, kMaxMessage) : first_line(text, kMaxMessage);
    return error;
}

Challenge read_challenge(http::Headers const& headers)
{
    constexpr std::size_t kMaxChallenge = 4096;
    constexpr std::size_t kMostScopes = 50;
    Challenge challenge;
    for (auto const& [name, value] : headers) {
        std::string_view const text(value);
        if (!iequals(name, "www-authenticate") || text.size() > kMaxChallenge || text.size() < 7 ||
            !iequals(text.substr(0, 7), "bearer "))
            continue;
        challenge.error = plain_text(parameter(text.substr(7), "error"), kMaxCode);
        challenge.description = plain_text(parameter(text.substr(7), "error_description"), kMaxMessage);
        auto const scopes = parameter(text.substr(7), "scope");
        for (std::size_t at = 0; at < scopes.size() && challenge.scopes.size() < kMostScopes;) {
            auto const end = std::min(scopes.find(' ', at), scopes.size());
            if (auto scope = plain_text(std::string_view(scopes).substr(at, end - at), kMaxCode); !scope.empty())
                challenge.scopes.push_back(std::move(scope));
            at = end + 1;
        }
        return challenge;
    }
    return challenge;
}

} // namespace sluice::proxy
