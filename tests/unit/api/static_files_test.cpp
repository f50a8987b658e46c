#include "static_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::api {
namespace {

class StaticFilesTest : public ::testing::Test {
protected:
    StaticFilesTest()
    {
        write("connect.html", "page");
        write("assets/app-1.js", "script");
        write("assets/app-1.js.gz", "packed");
        write("assets/inter.woff2", "font");
        files_ = StaticFiles::load(directory_.string()).value();
    }
    ~StaticFilesTest() override { std::filesystem::remove_all(directory_); }

    void write(std::string const& name, std::string const& text) const
    {
        std::filesystem::create_directories((directory_ / name).parent_path());
        std::ofstream(directory_ / name) << text;
    }
    http::Response asset(std::string const& name, std::string const& accepts)
    {
        http::Request request;
        request.headers.add("accept-encoding", accepts);
        return files_.asset(name, true, request).value();
    }

    std::filesystem::path const directory_ = std::filesystem::temp_directory_path() / "sluice-static-files-test";
    StaticFiles files_;
};

TEST_F(StaticFilesTest, AScriptIsCompressedForThoseWhoTakeIt)
{
    for (auto const* taken : {"gzip", "gzip;q=0.8", "deflate, gzip; q=0.1"})
        EXPECT_EQ(asset("assets/app-1.js", taken).body, "packed") << taken;
    auto const packed = asset("assets/app-1.js", "br, gzip");
    EXPECT_EQ(packed.body, "packed");
    EXPECT_EQ(packed.headers.find("content-encoding"), "gzip");
    EXPECT_EQ(packed.headers.find("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(packed.headers.find("vary"), "accept-encoding");
    for (auto const* other : {"", "br", "gzip;q=0", "gzip; q=0.0, br"}) {
        auto const plain = asset("assets/app-1.js", other);
        EXPECT_EQ(plain.body, "script") << other;
        EXPECT_FALSE(plain.headers.contains("content-encoding"));
        EXPECT_EQ(plain.headers.find("vary"), "accept-encoding");
    }
    EXPECT_FALSE(asset("assets/inter.woff2", "gzip").headers.contains("vary"));
}

TEST_F(StaticFilesTest, ACompressedFileHasNoAddressOfItsOwn)
{
    EXPECT_EQ(files_.asset("assets/app-1.js.gz", true, {}).error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.asset("assets/none.js", true, {}).error().code(), ErrorCode::not_found);
}

} // namespace
} // namespace sluice::api
