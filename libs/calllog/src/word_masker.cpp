#include "word_masker.hpp"

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "calllog/masking.hpp"

#include <algorithm>
#include <array>

namespace sluice::calllog {
namespace {

constexpr std::size_t kLongWord = 20;

constexpr std::array<std::string_view, 12> kTokenPrefixes{"slx_", "sk-",   "sk_",  "pk_",  "ghp_", "gho_",
                                                          "xox",  "glpat", "pat_", "AKIA", "eyJ",  "whsec_"};
constexpr std::array<std::string_view, 12> kNames{"password",   "passwd",      "passphrase",    "secret",
                                                  "secrets",    "token",       "tokens",        "key",
                                                  "credential", "credentials", "authorization", "cookie"};
/// Of ids of ours (`base/id.hpp`).
constexpr std::array<std::string_view, 16> kOwnPrefixes{TeamId::kPrefix,
                                                        EnvironmentId::kPrefix,
                                                        ApiTokenId::kPrefix,
                                                        IntegrationId::kPrefix,
                                                        EnvironmentIntegrationId::kPrefix,
                                                        IntegratedAccountId::kPrefix,
                                                        McpServerId::kPrefix,
                                                        DocumentationId::kPrefix,
                                                        EventId::kPrefix,
                                                        WebhookId::kPrefix,
                                                        NotificationDestinationId::kPrefix,
                                                        DeliveryId::kPrefix,
                                                        LogEntryId::kPrefix,
                                                        LinkTokenId::kPrefix,
                                                        ApprovalId::kPrefix,
                                                        ConnectionId::kPrefix};
/// Between the name of a secret and its value, as they stand in JSON (also in a text inside of it), headers, forms and
/// XML.
constexpr std::string_view kSeparators = " \"'`:=>\\";
constexpr std::size_t kLongestSeparator = 12;
/// Where a value without quotes ends.
constexpr std::string_view kValueEnd = " \t\r\n\"',;&<>(){}[]";
/// Of credentials in `Authorization` (RFC 9110 section 11.4).
constexpr std::array<std::string_view, 3> kSchemes{"Bearer", "bearer", "Basic"};
constexpr std::size_t kShortestCredential = 6;

bool is_letter(char c)
{
    auto const lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '+' || c == '~' || c == '%';
}

/// `<prefix>_<26 base32>`, as ids of ours are written.
bool is_own_id(std::string_view word)
{
    constexpr std::size_t kEnd = 26;
    if (word.size() <= kEnd + 1 || word.size() > kEnd + 9 || word[word.size() - kEnd - 1] != '_')
        return false;
    auto const prefix = word.substr(0, word.size() - kEnd - 1);
    return std::ranges::find(kOwnPrefixes, prefix) != kOwnPrefixes.end() &&
           uuid_from_base32(word.substr(word.size() - kEnd)).has_value();
}

std::string_view next_word(std::string_view text)
{
    auto const end = std::ranges::find_if_not(text, is_word);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool is_scheme(std::string_view word)
{
    return std::ranges::find(kSchemes, word) != kSchemes.end();
}

class WordMasker {
public:
    WordMasker(std::string_view text, Masking masking)
        : text_(text)
        , masking_(masking)
    {
        out_.reserve(text.size());
    }

    std::string run() &&
    {
        while (at_ < text_.size()) {
            auto const word = next_word(text_.substr(at_));
            if (word.empty())
                take_between();
            else
                take(word);
        }
        return std::move(out_);
    }

private:
    void take(std::string_view word)
    {
        out_ += masking_ == Masking::all && looks_secret(word) ? kMask : word;
        is_named_ = names_secret(word);
        at_ += word.size();
        if (is_scheme(word) && at_ < text_.size() && text_[at_] == ' ')
            hide_credential();
    }

    void take_between()
    {
        auto const begin = at_;
        if (is_named_ && take_separator())
            return hide_value();
        at_ = begin;
        while (at_ < text_.size() && !is_word(text_[at_]))
            ++at_;
        out_ += text_.substr(begin, at_ - begin);
        is_named_ = false;
    }

    /// Takes what stands between a name and its value. False if the name has no value.
    bool take_separator()
    {
        auto const end = std::min(text_.find_first_not_of(kSeparators, at_), text_.size());
        auto const separator = text_.substr(at_, end - at_);
        if (separator.size() > kLongestSeparator || separator.find_first_of(":=\"'>") == std::string_view::npos)
            return false;
        opening_ = separator.back() == '"' || separator.back() == '\'' ? separator.back() : '\0';
        out_ += separator;
        at_ = end;
        is_named_ = false;
        return true;
    }

    /// A value in quotes ends with them, another one at the next blank or bracket.
    void hide_value()
    {
        if (opening_ == '\0' && is_scheme(next_word(text_.substr(at_))))
            return; // `take` hides what follows it.
        auto end =
            std::min(opening_ != '\0' ? text_.find(opening_, at_) : text_.find_first_of(kValueEnd, at_), text_.size());
        while (end > at_ && text_[end - 1] == '\\')
            --end;
        if (end > at_)
            out_ += kMask;
        at_ = end;
    }

    /// A credential may have characters that are in no word.
    void hide_credential()
    {
        auto const end = std::min(text_.find_first_of(" \"',;", at_ + 1), text_.size());
        if (end - at_ <= kShortestCredential)
            return;
        out_ += ' ';
        out_ += kMask;
        at_ = end;
    }

    std::string_view const text_;
    Masking const masking_;
    std::string out_;
    std::size_t at_ = 0;
    bool is_named_ = false; ///< The word before names a secret.
    char opening_ = '\0';   ///< The quote before a value; none if 0.
};

} // namespace

bool looks_secret(std::string_view word)
{
    bool const has_prefix = word.size() >= 8 && std::ranges::any_of(kTokenPrefixes, [word](std::string_view prefix) {
                                return word.starts_with(prefix);
                            });
    if (has_prefix)
        return !is_own_id(word);
    return word.size() >= kLongWord && std::ranges::any_of(word, is_letter) && std::ranges::any_of(word, is_digit) &&
           !is_own_id(word) && !uuid_from_hex(word);
}

bool names_secret(std::string_view word)
{
    auto const lower = to_lower(word);
    return std::ranges::any_of(kNames, [&lower](std::string_view name) { return lower.ends_with(name); });
}

bool is_plain_segment(std::string_view segment)
{
    bool const is_version = segment.size() <= 6 && (segment.starts_with('v') || segment.starts_with('V'));
    return std::ranges::none_of(segment, is_digit) || std::ranges::all_of(segment, is_digit) || is_version ||
           is_own_id(segment) || uuid_from_hex(segment).has_value();
}

std::string masked_words(std::string_view text, Masking masking)
{
    return WordMasker(text, masking).run();
}

} // namespace sluice::calllog
