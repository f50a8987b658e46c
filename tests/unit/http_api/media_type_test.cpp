#include "http_api/media_type.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(MediaType, IsReadWithoutCase)
{
    struct Case {
        char const* text;
        char const* essence;
        char const* charset;
        bool is_json;
    };
    for (auto const& [text, essence, charset, is_json] : {
             Case{"application/json", "application/json", "", true},
             Case{"Application/JSON", "application/json", "", true},
             Case{" application/json ;charset=UTF-8", "application/json", "utf-8", true},
             Case{"application/HAL+JSON; profile=x", "application/hal+json", "", true},
             Case{"text/json", "text/json", "", true},
             Case{"text/csv; header=present; Charset=\"ISO-8859-1\"", "text/csv", "iso-8859-1", false},
             Case{"application/jsonlines", "application/jsonlines", "", false},
             Case{"application/json-seq", "application/json-seq", "", false},
             Case{"text/plain;;;", "text/plain", "", false},
             Case{"json", "", "", false},
             Case{"/json", "", "", false},
             Case{"appl ication/json", "", "", false},
             Case{"", "", "", false},
         }) {
        auto const media = parse_media_type(text);
        EXPECT_EQ(media.essence(), essence) << text;
        EXPECT_EQ(media.charset, charset) << text;
        EXPECT_EQ(media.is_json(), is_json) << text;
    }
}

} // namespace
} // namespace sluice::http
