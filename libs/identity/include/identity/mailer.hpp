#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/settings_table.hpp"
#include "base/timestamp.hpp"
#include "runtime/task.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <memory>
#include <string>

namespace sluice::identity {

/// A letter with a link that works once.
struct Letter {
    std::string to;   ///< An address (`is_email`).
    std::string name; ///< Of the reader; may be empty.
    std::string team_name;
    std::string from_name; ///< Who invites; may be empty.
    Secret link;           ///< The whole URL.
    Timestamp expires_at;
};

/// Sends letters. Thread-safe. Errors of every function: unavailable if the letter was not taken; invalid_argument for
/// an address that is none. Neither names the address or the link.
class Mailer {
public:
    virtual ~Mailer() = default;
    virtual Task<Result<void>> send_invitation(Letter letter, Deadline deadline) = 0;
    virtual Task<Result<void>> send_reset(Letter letter, Deadline deadline) = 0;
};

struct SmtpConfig {
    std::string url; ///< `smtp://host:587` (STARTTLS is asked for) or `smtps://host`; empty: no letters are sent.
    std::string user{};
    Secret password{};
    std::string from{}; ///< An address, or `Name <address>`.
    /// Whether letters may go in plain text: for a server on this machine.
    bool allow_plain = false;
};

/// `smtp.…`
void add_settings(SettingsTable& table, SmtpConfig& config);
/// What is wrong with the settings together. Errors: invalid_argument at the setting.
[[nodiscard]] Result<void> check_settings(SmtpConfig const& config);

struct MailerMetrics {
    explicit MailerMetrics(telemetry::Registry& registry);
    telemetry::Counter& sent;
    telemetry::Counter& failed;
};

/// A mailer that speaks SMTP, with threads of its own and at most `kLettersWaiting` letters waiting; null if
/// `config.url` is empty. All must outlive it, and it ends before the io_contexts that wait for it.
inline constexpr std::size_t kLettersWaiting = 100;
[[nodiscard]] std::unique_ptr<Mailer> make_mailer(SmtpConfig config, MailerMetrics& metrics, telemetry::Log& log,
                                                  Clock const& clock);

} // namespace sluice::identity
