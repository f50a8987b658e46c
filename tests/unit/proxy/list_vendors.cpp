#include "list_vendor.hpp"

namespace sluice::proxy {
namespace {

using http::IncomingResponse;

std::string config(std::string_view format, std::string_view settings, std::string_view items = "data",
                   std::string_view empty = "[]")
{
    return fmt::format("{{format: {}, empty: {}, config: {{items: \"{}\", max_limit: 100, {}}}}}", format, empty, items,
                       settings);
}

std::string_view text_of(bool flag)
{
    return flag ? "true" : "false";
}

constexpr auto kPage = "page_parameter: page, limit_parameter: size";
constexpr auto kOffset = "offset_parameter: skip, limit_parameter: size";
constexpr auto kCursor = "next: meta.next, cursor_parameter: cursor, limit_parameter: size";

Slice numbered(Asked const& asked, std::int64_t all, std::int64_t first = 1)
{
    auto const size = asked.number("size", 100);
    return {(asked.number("page", -1) - first) * size, size, all};
}
Slice skipped(Asked const& asked, std::int64_t all)
{
    return {asked.number("skip", -1), asked.number("size", 100), all};
}
Slice at_cursor(Asked const& asked, std::int64_t all)
{
    return {asked.number("cursor", 0), asked.number("size", 30), all};
}

/// The vendor's pages by number.
void add_pages(std::vector<ListVendor>& all)
{
    all.push_back({"PageThatIsShort", config("page", kPage),
                   [](Asked const& asked, std::int64_t n) { return numbered(asked, n).answer(); }});
    all.push_back({"PageFromZero", config("page", std::string(kPage) + ", first_page: 0"),
                   [](Asked const& asked, std::int64_t n) { return numbered(asked, n, 0).answer(); }});
    all.push_back({"PageWithTotal", config("page", std::string(kPage) + ", total: meta.total"),
                   [](Asked const& asked, std::int64_t n) {
                       return numbered(asked, n).answer(fmt::format(R"("meta":{{"total":{}}})", n));
                   }});
    all.push_back({"PageWithTotalThatIsTooLarge", config("page", std::string(kPage) + ", total: total"),
                   [](Asked const& asked, std::int64_t) { return numbered(asked, 1000).answer(R"("total":"5000")"); }});
    all.push_back({"PageWithTotalOfPages", config("page", std::string(kPage) + ", total_pages: pages"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const size = asked.number("size", 100);
                       return numbered(asked, n).answer(fmt::format(R"("pages":{})", (n + size - 1) / size));
                   }});
    all.push_back({"PageWithTotalInAHeader", config("page", std::string(kPage) + ", total_header: x-total-count", ""),
                   [](Asked const& asked, std::int64_t n) {
                       return numbered(asked, n).bare("X-Total-Count", std::to_string(n));
                   }});
    all.push_back({"PageWithFlag", config("page", std::string(kPage) + ", has_more: more"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const slice = numbered(asked, n);
                       return slice.answer(fmt::format(R"("more":{})", text_of(!slice.is_last())));
                   }});
    all.push_back({"PageWithShortOnesInTheMiddle", config("page", std::string(kPage) + ", until_empty: true"),
                   [](Asked const& asked, std::int64_t n) {
                       // The vendor makes pages of five, whatever it is asked for, and hides two.
                       return Slice((asked.number("page", -1) - 1) * 3, 3, n).answer();
                   },
                   false});
    all.push_back(
        {"PageOfTheVendorsSize", config("page", "page_parameter: page"), [](Asked const& asked, std::int64_t n) {
             return Slice((asked.number("page", -1) - 1) * 60, 60, n).answer();
         }});
    all.push_back(
        {"PageThatIsAbsentAtTheEnd", config("page", kPage, "data", "[absent]"), [](Asked const& asked, std::int64_t n) {
             auto const slice = numbered(asked, n);
             return slice.count == 0 ? test::vendor_answer(200, "{}") : slice.answer();
         }});
    all.push_back(
        {"PageThatIsNullAtTheEnd", config("page", kPage, "data", "[\"null\"]"), [](Asked const& asked, std::int64_t n) {
             auto const slice = numbered(asked, n);
             return slice.count == 0 ? test::vendor_answer(200, R"({"data":null})") : slice.answer();
         }});
    all.push_back(
        {"PageWithoutABodyAtTheEnd", config("page", kPage, "data", "[absent]"), [](Asked const& asked, std::int64_t n) {
             auto const slice = numbered(asked, n);
             return slice.count == 0 ? test::vendor_answer(204) : slice.answer();
         }});
}

void add_offsets(std::vector<ListVendor>& all)
{
    all.push_back({"OffsetThatIsShort", config("offset", kOffset),
                   [](Asked const& asked, std::int64_t n) { return skipped(asked, n).answer(); }});
    all.push_back(
        {"OffsetWithTotal", config("offset", std::string(kOffset) + ", total: total"),
         [](Asked const& asked, std::int64_t n) { return skipped(asked, n).answer(fmt::format(R"("total":{})", n)); }});
    all.push_back({"OffsetWithTotalAndSmallerPages", config("offset", std::string(kOffset) + ", total: total"),
                   [](Asked const& asked, std::int64_t n) {
                       return Slice(asked.number("skip", -1), std::min<std::int64_t>(asked.number("size", 100), 40), n)
                           .answer(fmt::format(R"("total":{})", n));
                   },
                   false});
    all.push_back({"OffsetWithFlag", config("offset", std::string(kOffset) + ", has_more: more"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const slice = skipped(asked, n);
                       return slice.answer(fmt::format(R"("more":{})", text_of(!slice.is_last())));
                   }});
    all.push_back({"OffsetWithShortPagesInTheMiddle", config("offset", std::string(kOffset) + ", until_empty: true"),
                   [](Asked const& asked, std::int64_t n) { return Slice(asked.number("skip", -1), 3, n).answer(); },
                   false});
    all.push_back({"OffsetOfAVendorThatGivesMore", config("offset", std::string(kOffset) + ", has_more: more"),
                   [](Asked const& asked, std::int64_t n) {
                       Slice const slice(asked.number("skip", -1), asked.number("size", 100) + 20, n);
                       return slice.answer(fmt::format(R"("more":{})", text_of(!slice.is_last())));
                   }});
    all.push_back({"OffsetOfTheVendorsSize", config("offset", "offset_parameter: skip"),
                   [](Asked const& asked, std::int64_t n) { return Slice(asked.number("skip", -1), 60, n).answer(); }});
    all.push_back({"OffsetOfBareLists", config("offset", kOffset, ""),
                   [](Asked const& asked, std::int64_t n) { return skipped(asked, n).bare(); }});
}

/// A vendor that writes its last cursor in one way.
ListVendor cursor_vendor(std::string name, std::string last)
{
    return {std::move(name), config("cursor", kCursor), [last = std::move(last)](Asked const& asked, std::int64_t n) {
                auto const slice = at_cursor(asked, n);
                return slice.answer(slice.is_last() ? last : fmt::format(R"("meta":{{"next":"{}"}})", slice.end()));
            }};
}

void add_cursors(std::vector<ListVendor>& all)
{
    all.push_back(cursor_vendor("CursorThatIsNullAtTheEnd", R"("meta":{"next":null})"));
    all.push_back(cursor_vendor("CursorThatIsAbsentAtTheEnd", R"("meta":{})"));
    all.push_back(cursor_vendor("CursorWithoutItsParentAtTheEnd", ""));
    all.push_back(cursor_vendor("CursorThatIsEmptyAtTheEnd", R"("meta":{"next":""})"));
    all.push_back(cursor_vendor("CursorThatIsZeroAtTheEnd", R"("meta":{"next":0})"));
    all.push_back(cursor_vendor("CursorThatIsFalseAtTheEnd", R"("meta":{"next":false})"));
    all.push_back({"CursorThatIsANumber", config("cursor", kCursor), [](Asked const& asked, std::int64_t n) {
                       auto const slice = at_cursor(asked, n);
                       return slice.answer(fmt::format(R"("meta":{{"next":{}}})", slice.is_last() ? 0 : slice.end()));
                   }});
    all.push_back({"CursorWithFlag", config("cursor", std::string(kCursor) + ", has_more: meta.more"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const slice = at_cursor(asked, n);
                       return slice.answer(
                           fmt::format(R"("meta":{{"next":"{}","more":{}}})", slice.end(), text_of(!slice.is_last())));
                   }});
    all.push_back({"CursorOfTheLastRecord",
                   config("cursor", "next_from_last: id, has_more: has_more, cursor_parameter: cursor, "
                                    "limit_parameter: size"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const slice = at_cursor(asked, n);
                       return slice.answer(fmt::format(R"("has_more":{})", text_of(!slice.is_last())));
                   }});
    all.push_back({"CursorOfTheLastRecordUntilThereIsNone",
                   config("cursor", "next_from_last: id, cursor_parameter: cursor, limit_parameter: size", ""),
                   [](Asked const& asked, std::int64_t n) { return at_cursor(asked, n).bare(); }});
    all.push_back({"CursorWithoutALimit", config("cursor", "next: next, cursor_parameter: cursor"),
                   [](Asked const& asked, std::int64_t n) {
                       Slice const slice(asked.number("cursor", 0), 60, n);
                       return slice.answer(fmt::format(R"("next":{})", slice.is_last() ? 0 : slice.end()));
                   }});
    all.push_back({"CursorInTheBody",
                   config("cursor", "next: next, cursor_parameter: page.after, limit_parameter: page.size, "
                                    "in_body: true"),
                   [](Asked const& asked, std::int64_t n) {
                       auto const* after = asked.member("page.after");
                       auto const* size = asked.member("page.size");
                       Slice const slice(after != nullptr ? after->get_int64() : 0,
                                         size != nullptr ? size->get_int64() : 30, n);
                       return slice.answer(fmt::format(R"("next":{})", slice.is_last() ? 0 : slice.end()));
                   },
                   true, true});
}

/// The address of the next page, as one vendor writes it.
std::string address(Asked const& asked, Slice const& slice, std::string_view before)
{
    return fmt::format("{}?cursor={}&size={}&api%5Fkey=echoed", before, slice.end(), asked.number("size", 30));
}

ListVendor url_vendor(std::string name, std::string before, std::string last)
{
    return {std::move(name), config("url", "next: next, limit_parameter: size"),
            [before = std::move(before), last = std::move(last)](Asked const& asked, std::int64_t n) {
                auto const slice = at_cursor(asked, n);
                auto const next = '"' + address(asked, slice, before) + '"';
                return slice.answer(slice.is_last() ? last : R"("next":)" + next);
            }};
}

void add_addresses(std::vector<ListVendor>& all)
{
    all.push_back(url_vendor("UrlThatIsNullAtTheEnd", "https://acme.desk.example/api/tickets", R"("next":null)"));
    all.push_back(url_vendor("UrlThatIsAbsentAtTheEnd", "https://acme.desk.example/api/tickets", ""));
    all.push_back(url_vendor("UrlThatIsEmptyAtTheEnd", "", R"("next":"")"));
    all.push_back(url_vendor("UrlOfAnotherPath", "/v2/tickets", R"("next":false)"));
    all.push_back(url_vendor("UrlRelativeToThePath", "tickets", R"("next":null)"));
    for (bool const is_absolute : {true, false})
        all.push_back(
            {is_absolute ? "LinkThatIsAbsentAtTheEnd" : "LinkBesideOthers",
             config("link_header", "limit_parameter: size", ""), [is_absolute](Asked const& asked, std::int64_t n) {
                 auto const slice = at_cursor(asked, n);
                 auto const next = address(asked, slice, is_absolute ? "https://acme.desk.example" + asked.path() : "");
                 std::string_view const others = is_absolute ? "" : R"(<?cursor=0>; rel="first")";
                 auto const link = fmt::format(R"(<{}>; rel="next"{}{})", next, others.empty() ? "" : ", ", others);
                 return slice.bare(slice.is_last() && is_absolute ? "" : "Link",
                                   slice.is_last() ? others : std::string_view(link));
             }});
}

ListVendor range_vendor(std::string name, bool has_total, bool refuses)
{
    return {std::move(name), config("range", "unit: items", ""), [=](Asked const& asked, std::int64_t n) {
                auto const range = asked.header("range");
                auto const start = Asked::number_in(std::string_view(range).substr(6), -1);
                auto const end = Asked::number_in(std::string_view(range).substr(range.find('-') + 1), -1);
                auto const total = has_total ? std::to_string(n) : "*";
                if (refuses && start >= n) {
                    auto refused = test::vendor_answer(416, R"({"message":"Requested range not satisfiable"})");
                    refused.headers.add("Content-Range", "*/" + total);
                    return refused;
                }
                Slice const slice(start, end - start + 1, n);
                return slice.bare("Content-Range", fmt::format("items {}-{}/{}", start, slice.end() - 1, total));
            }};
}

void add_ranges(std::vector<ListVendor>& all)
{
    all.push_back(range_vendor("RangeWithTotal", true, false));
    all.push_back(range_vendor("RangeWithoutTotal", false, false));
    all.push_back(range_vendor("RangeThatIsRefusedAfterTheEnd", false, true));
    for (bool const is_exclusive : {false, true})
        all.push_back({is_exclusive ? "RangeInParametersWithoutItsEnd" : "RangeInParameters",
                       config("range", std::string("start_parameter: from, end_parameter: to") +
                                           (is_exclusive ? ", end_is_exclusive: true" : "")),
                       [is_exclusive](Asked const& asked, std::int64_t n) {
                           auto const start = asked.number("from", -1);
                           return Slice(start, asked.number("to", -1) - start + (is_exclusive ? 0 : 1), n).answer();
                       }});
    all.push_back(
        {"RangeThatTheVendorNames", config("range", "unit: id, next_header: next-range", ""),
         [](Asked const& asked, std::int64_t n) {
             auto const range = asked.header("range");
             auto const mark = range.find(']');
             auto const max = range.find("max=");
             auto const size =
                 max == std::string::npos ? 30 : Asked::number_in(std::string_view(range).substr(max + 4), 0);
             Slice const slice(
                 mark == std::string::npos ? 0 : Asked::number_in(std::string_view(range).substr(mark + 1), 0), size,
                 n);
             return slice.bare(slice.is_last() ? "" : "Next-Range", fmt::format("id ]{}..; max={}", slice.end(), size));
         }});
}

} // namespace

std::vector<ListVendor> list_vendors()
{
    std::vector<ListVendor> all;
    add_pages(all);
    add_offsets(all);
    add_cursors(all);
    add_addresses(all);
    add_ranges(all);
    return all;
}

} // namespace sluice::proxy
