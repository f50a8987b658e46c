#include "handlers.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

// clang-format off
constexpr std::string_view kSlugs[] = {
    "abandoned-calls", "accuracy", "achievement-rate", "agents-offline", "agents-online",
    "ai-agent-automation-rate", "ai-agent-average-csat", "ai-agent-closed-tickets", "all-used-tags-all",
    "all-used-tags-all-created", "all-used-values", "all-used-values-created", "article-views",
    "assigned-open-tickets", "automated-interactions", "average-csat", "average-discount-amount",
    "average-order-value", "average-survey-score", "average-talk-time", "average-ticket-handle-time",
    "average-wait-time", "brand-voice", "buy-through-rate", "callback-requests", "calls-in-queue",
    "cancelled-calls", "click-through-rate", "closed-tickets", "closed-tickets-per-hour", "comment-highlights",
    "communication-skills", "contribution-to-total-sales", "conversion-rate", "coverage-rate", "created-tickets",
    "decrease-in-frt", "decrease-in-resolution-time", "discount-codes-applied", "discount-usage",
    "discounts-offered", "efficiency", "first-response-time", "handover-interactions",
    "human-response-time-after-ai-handoff", "inbound-answered-per-agent", "inbound-calls", "inbound-declined",
    "inbound-transferred", "internal-compliance", "language-proficiency", "live-messages-sent",
    "live-online-status", "live-open-tickets", "live-tickets-closed", "live-tickets-created",
    "live-tickets-replied", "median-purchase-time", "median-response-time", "messages-per-ticket",
    "messages-received", "messages-sent", "messages-sent-per-hour", "messages-sent-per-macro", "missed-calls",
    "no-search-results-search-count", "one-touch-tickets", "online-time", "open-tickets", "orders-influenced",
    "outbound-calls", "overall-automation-rate", "percent-abandoned-calls", "percent-callback-requests",
    "percent-cancelled-calls", "percent-missed-calls", "percent-sla-achievement-rate",
    "percentage-of-closed-tickets", "percentage-of-created-tickets", "performance-per-article-views",
    "product-recommendations", "resolution-completeness", "resolution-time", "response-rate",
    "revenue-per-interaction", "reviewed-tickets", "satisfaction-score", "search-results",
    "search-terms-with-results-articles-clicked", "search-terms-with-results-click-through-rate",
    "search-terms-with-results-search-count", "searches", "sla-achievement-rate", "success-rate", "surveys-sent",
    "ticket-handle-time-per-agent", "tickets-replied", "tickets-replied-per-hour", "tickets-with-achieved-slas",
    "tickets-with-breached-slas", "time-saved-by-agent", "top-performer-frt", "top-performers-closed-tickets",
    "top-performers-csat", "top-performers-resolution-time", "top-used-tags-all", "top-used-tags-all-created",
    "top-used-tags-all-created-trend", "top-used-tags-all-trend", "top-used-values", "top-used-values-created",
    "top-used-values-created-trend", "top-used-values-trend", "total-calls", "total-sales", "unanswered-calls",
    "unassigned-open-tickets", "wait-time-per-call", "zero-touch-tickets"};
// clang-format on

/// The cards are documentation; their texts are made up from the slug.
struct Theme {
    std::string_view word;
    std::string_view category;
};
constexpr Theme kThemes[] = {{"call", "voice"},        {"ai-agent", "ai-agent"},   {"automat", "automation"},
                             {"csat", "satisfaction"}, {"survey", "satisfaction"}, {"order", "revenue"},
                             {"sales", "revenue"},     {"article", "help-center"}};

std::string_view category_of(std::string_view slug)
{
    auto const theme =
        std::ranges::find_if(kThemes, [&](Theme const& one) { return slug.find(one.word) != std::string_view::npos; });
    return theme != std::end(kThemes) ? theme->category : "support-performance";
}

json::object card(std::string_view slug)
{
    auto const title = title_of(slug);
    return {{"slug", slug},
            {"category", category_of(slug)},
            {"title", title},
            {"status", "published"},
            {"definition_revised_at", "2026-09-01"},
            {"public",
             {{"definition", title + " over the selected period."},
              {"formula", "count"},
              {"computation_logic", {"Counted once per ticket."}}}},
            {"api", nullptr},
            {"aliases", json::array{}},
            {"related", json::array{}},
            {"replaces", json::array{}},
            {"used_in_reports", {"Overview"}}};
}

} // namespace

/// All are published, so asking for the deprecated ones finds none.
Outcome list_metric_cards(Call& call)
{
    auto const category = call.asked("category");
    auto const wanted = call.asked("q").value_or("");
    bool const none = call.asked("status") == "deprecated";
    json::array data;
    for (auto const slug : kSlugs)
        if (!none && (!category || category_of(slug) == *category) && contains_ignoring_case(title_of(slug), wanted))
            data.push_back(card(slug));
    return http::json_response(200, json::object{{"data", std::move(data)}});
}

Outcome get_metric_card(Call& call)
{
    auto const slug = std::ranges::find(kSlugs, std::string_view(call.params[0]));
    if (slug == std::end(kSlugs))
        return not_found();
    return http::json_response(200, card(*slug));
}

} // namespace sluice::simulator
