#include "helpers/lab/line_socket.h"

#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TakeLine, TakesOneWholeLineAtATime) {
  std::string buffered = "first\n\nthird\nand a ha";
  EXPECT_EQ(TakeLine(buffered), "first");
  EXPECT_EQ(TakeLine(buffered), "");
  EXPECT_EQ(TakeLine(buffered), "third");
  EXPECT_EQ(TakeLine(buffered), std::nullopt);
  EXPECT_EQ(buffered, "and a ha");
  buffered += "lf\n";
  EXPECT_EQ(TakeLine(buffered), "and a half");
  EXPECT_EQ(buffered, "");
  EXPECT_EQ(TakeLine(buffered), std::nullopt);
}

class LineSocketTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/port";
};

TEST_F(LineSocketTest, NamesTheLabInErrors) {
  const auto listener = ListenAt(path_);
  ASSERT_TRUE(listener.ok()) << listener.error().ToString();
  auto client = ConnectTo(path_);
  ASSERT_TRUE(client.ok()) << client.error().ToString();
  const auto server = AcceptOn(*listener, Deadline::In(seconds(10)));
  ASSERT_TRUE(server.ok()) << server.error().ToString();
  EXPECT_EQ(ReadSome(*server, Deadline::InUnscaled(milliseconds(10))).error().ToString(),
            "receive from: the lab: deadline expired");
  client->Reset();
  EXPECT_EQ(SendAll(*server, "x", Deadline::In(seconds(10))).error().ToString(),
            "send to: the lab: Broken pipe (errno 32)");
}

TEST_F(LineSocketTest, TheErrorForALongFileNameNamesTmpdir) {
  const std::string path = directory_.path() + "/" + std::string(108, 'x');
  EXPECT_EQ(ListenAt(path).error().ToString(),
            "listen on: " + path +
                ": the file name is too long for a unix socket; set TMPDIR to a shorter "
                "directory");
}

}  // namespace
}  // namespace dualpath::lab
