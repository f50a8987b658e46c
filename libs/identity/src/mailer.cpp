#include "identity/mailer.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "letters.hpp"
#include "runtime/offload.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>

namespace sluice::identity {
namespace {

constexpr long kLimitMs = 10'000; ///< For a whole letter.
constexpr std::size_t kThreads = 2;

struct FreeHandle {
    void operator()(CURL* handle) const noexcept { ::curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};

/// What is left of a text that is being sent.
struct Upload {
    std::string_view rest;
};

std::size_t give(char* out, std::size_t size, std::size_t count, void* from)
{
    auto& upload = *static_cast<Upload*>(from);
    auto const part = upload.rest.substr(0, size * count);
    std::memcpy(out, part.data(), part.size());
    upload.rest.remove_prefix(part.size());
    return part.size();
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*)
{
    return size * count;
}

Error not_sent(std::string_view why)
{
    return {ErrorCode::unavailable, "The letter could not be sent.", fmt::format("SMTP: {}", why)};
}

/// Whether libcurl took every option.
template <class... Options>
bool set_all(CURL* handle, std::pair<CURLoption, Options> const&... options)
{
    return ((::curl_easy_setopt(handle, options.first, options.second) == CURLE_OK) && ...);
}

/// Blocks, `kLimitMs` at most. The errors are libcurl's own words, which name neither address nor link.
Result<void> send(SmtpConfig const& config, Mail const& mail)
{
    std::unique_ptr<CURL, FreeHandle> const handle(::curl_easy_init());
    std::unique_ptr<curl_slist, FreeList> const to(::curl_slist_append(nullptr, fmt::format("<{}>", mail.to).c_str()));
    if (!handle || !to)
        return not_sent("out of memory");
    auto const from = fmt::format("<{}>", mail.from);
    Upload upload{mail.text};
    bool is_set = set_all(
        handle.get(), std::pair(CURLOPT_URL, config.url.c_str()), std::pair(CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
        std::pair(CURLOPT_NOSIGNAL, 1L), std::pair(CURLOPT_TIMEOUT_MS, kLimitMs), std::pair(CURLOPT_UPLOAD, 1L),
        std::pair(CURLOPT_USE_SSL, static_cast<long>(config.allow_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL)),
        std::pair(CURLOPT_MAIL_FROM, from.c_str()), std::pair(CURLOPT_MAIL_RCPT, to.get()),
        std::pair(CURLOPT_READFUNCTION, &give), std::pair(CURLOPT_READDATA, static_cast<void*>(&upload)),
        std::pair(CURLOPT_WRITEFUNCTION, &drop));
    if (is_set && !config.user.empty())
        is_set = set_all(handle.get(), std::pair(CURLOPT_USERNAME, config.user.c_str()),
                         std::pair(CURLOPT_PASSWORD, config.password.reveal().c_str()));
    if (!is_set)
        return not_sent("an option was refused");
    auto const done = ::curl_easy_perform(handle.get());
    if (done == CURLE_OK)
        return {};
    long code = 0;
    (void)::curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &code); // For the log only.
    return not_sent(fmt::format("{} (code {})", ::curl_easy_strerror(done), code));
}

std::string new_message_id()
{
    std::array<std::uint8_t, 16> bytes{};
    public_random_bytes(bytes);
    return hex(bytes);
}

class SmtpMailer final : public Mailer {
public:
    SmtpMailer(SmtpConfig config, MailerMetrics& metrics, telemetry::Log& log, Clock const& clock)
        : config_(std::make_shared<SmtpConfig const>(std::move(config)))
        , metrics_(metrics)
        , log_(log)
        , clock_(clock)
        , pool_(kThreads, kLettersWaiting)
    {
        static std::once_flag once;
        std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
    }

    Task<Result<void>> send_invitation(Letter letter, Deadline deadline) override
    {
        return send_letter(LetterKind::invitation, std::move(letter), deadline);
    }
    Task<Result<void>> send_reset(Letter letter, Deadline deadline) override
    {
        return send_letter(LetterKind::reset, std::move(letter), deadline);
    }

private:
    Task<Result<void>> send_letter(LetterKind kind, Letter letter, Deadline deadline)
    {
        auto mail = mail_of(kind, letter, config_->from, new_message_id(), clock_.now());
        if (!mail)
            co_return mail.error();
        std::move_only_function<Result<bool>(std::size_t)> job =
            [config = config_, mail = *std::move(mail)](std::size_t) -> Result<bool> {
            auto const sent = send(*config, mail);
            return sent ? Result<bool>(true) : Result<bool>(sent.error());
        };
        auto const sent = co_await offload<bool>(pool_, deadline, std::move(job));
        if (!sent) {
            metrics_.failed.add();
            log_.write(telemetry::Level::warning, "a letter was not sent", sent.error());
            co_return sent.error();
        }
        metrics_.sent.add();
        co_return Result<void>{};
    }

    std::shared_ptr<SmtpConfig const> const config_; ///< Shared with the jobs.
    MailerMetrics& metrics_;
    telemetry::Log& log_;
    Clock const& clock_;
    WorkerPool pool_;
};

std::optional<std::string> fault_of_url(std::string const& url)
{
    bool const is_smtp = url.empty() || url.starts_with("smtp://") || url.starts_with("smtps://");
    bool const is_clean = std::ranges::none_of(url, [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
    if (!is_smtp || !is_clean || url.find('@') != std::string::npos)
        return "must be smtp://host:port or smtps://host, without user and password";
    return std::nullopt;
}

std::optional<std::string> fault_of_sender(std::string const& from)
{
    return from.empty() || sender_in(from) ? std::nullopt
                                           : std::optional<std::string>("must be an address or `Name <address>`");
}

} // namespace

void add_settings(SettingsTable& table, SmtpConfig& config)
{
    table.text("smtp.url", config.url,
               "the server that sends invitations and links to reset a password, such as smtp://mail.example.com:587; "
               "empty: nothing is sent, and admins copy the links",
               fault_of_url);
    table.text("smtp.user", config.user, "the user at that server; empty: none");
    table.secret("smtp.password", config.password, "the password of that user");
    table.text("smtp.from", config.from, "the sender, such as `Sluice <sluice@example.com>`; needed with smtp.url",
               fault_of_sender);
    table.flag("smtp.allow_plain", config.allow_plain,
               "whether letters may go without TLS if the server has none; for a server on the same machine");
}

Result<void> check_settings(SmtpConfig const& config)
{
    if (!config.url.empty() && config.from.empty())
        return invalid("smtp.from", "must be set with smtp.url");
    return {};
}

MailerMetrics::MailerMetrics(telemetry::Registry& registry)
    : sent(registry.counter("sluice_identity_letters_total", "Letters that were sent"))
    , failed(registry.counter("sluice_identity_letters_failed_total", "Letters that could not be sent"))
{
}

std::unique_ptr<Mailer> make_mailer(SmtpConfig config, MailerMetrics& metrics, telemetry::Log& log, Clock const& clock)
{
    if (config.url.empty())
        return nullptr;
    return std::make_unique<SmtpMailer>(std::move(config), metrics, log, clock);
}

} // namespace sluice::identity
