#include "helpers/lab/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PortsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Connect(ports_.control, vm_.control);
    Connect(ports_.output, vm_.output);
    Connect(ports_.results, vm_.results);
  }

  Result<std::string> ReadLine(milliseconds still = seconds(10)) {
    Watch watch = WatchFor(still);
    return ports_.ReadLine([&](const std::string& text) { seen_.push_back(text); }, watch);
  }

  /// Returns a watch over a VM that uses no CPU time.
  static Watch WatchFor(milliseconds still = seconds(10)) {
    return {{seconds(10), still}, [] { return std::chrono::nanoseconds(0); }, {}, milliseconds(10)};
  }

  static void Write(const UniqueFd& port, const std::string& text) {
    ASSERT_TRUE(SendAll(port, text, Deadline::InUnscaled(seconds(10))).ok());
  }

  Ports ports_;
  Ports vm_;  // the other ends
  std::vector<std::string> seen_;

 private:
  static void Connect(UniqueFd& here, UniqueFd& there) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    here = UniqueFd(pair[0]);
    there = UniqueFd(pair[1]);
  }
};

TEST_F(PortsTest, PassesOnOutputBeforeTheLineThatFollowsIt) {
  Write(vm_.output, "last words\n");
  Write(vm_.control, "exit 0\n");
  const auto line = ReadLine();
  ASSERT_TRUE(line.ok()) << line.error().ToString();
  EXPECT_EQ(*line, "exit 0");
  EXPECT_THAT(seen_, ElementsAre("last words\n"));
}

TEST_F(PortsTest, BuffersResultsThatArriveBeforeTheLine) {
  Write(vm_.results, "tar and more");
  Write(vm_.control, "exit 0 3 1 2\n");
  ASSERT_TRUE(ReadLine().ok());
  // The VM has no other end left: what is returned was buffered.
  vm_.results = UniqueFd();
  Watch watch = WatchFor();
  EXPECT_EQ(*ports_.ReadResults(3, watch), "tar");
  EXPECT_EQ(*ports_.ReadResults(9, watch), " and more");
  const auto beyond = ports_.ReadResults(1, watch);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().ToString(), "wait for the lab VM: results: closed");
}

TEST_F(PortsTest, LinesThatArriveTogetherAreReturnedOneByOne) {
  Write(vm_.control, "begun\nexit 0\nhalf a li");
  EXPECT_EQ(*ReadLine(), "begun");
  EXPECT_EQ(*ReadLine(), "exit 0");
  Write(vm_.control, "ne\n");
  EXPECT_EQ(*ReadLine(), "half a line");
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(PortsTest, KnowsOfLinesThatHaveArrivedOrBeenRead) {
  EXPECT_FALSE(ports_.HasLine());
  Write(vm_.control, "be");
  EXPECT_FALSE(ports_.HasLine());
  Write(vm_.control, "gun\nexit 0\nhalf a li");
  EXPECT_TRUE(ports_.HasLine());
  EXPECT_EQ(*ReadLine(), "begun");
  EXPECT_TRUE(ports_.HasLine());
  EXPECT_EQ(*ReadLine(), "exit 0");
  EXPECT_FALSE(ports_.HasLine());
}

TEST_F(PortsTest, SendsALine) {
  ASSERT_TRUE(ports_.SendLine("echo begun >&3").ok());
  const auto text = ReadSome(vm_.control, Deadline::InUnscaled(seconds(10)));
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "echo begun >&3\n");
}

TEST_F(PortsTest, AClosedPortIsAnError) {
  for (UniqueFd* port : {&vm_.control, &vm_.output, &vm_.results}) {
    SetUp();
    *port = UniqueFd();
    const auto line = ReadLine();
    ASSERT_FALSE(line.ok());
    EXPECT_THAT(line.error().ToString(), HasSubstr(": closed"));
  }
}

TEST_F(PortsTest, ASilentVmThatDoesNotRunIsAnError) {
  const auto line = ReadLine(milliseconds(50));
  ASSERT_FALSE(line.ok());
  EXPECT_THAT(line.error().ToString(),
              HasSubstr("wait for the lab VM: control: the VM does not run"));
}

// Without limits, a VM could fill this machine's memory.
TEST_F(PortsTest, AVmCanWriteOnlySoMuch) {
  for (const auto& [port, bytes] : std::vector<std::pair<UniqueFd*, std::size_t>>{
           {&vm_.control, 11}, {&vm_.output, 101}, {&vm_.results, 1001}}) {
    ports_ = Ports();
    ports_.limits = {10, 100, 1000};
    SetUp();
    Write(*port, std::string(bytes, 'x'));
    const auto line = ReadLine();
    ASSERT_FALSE(line.ok()) << bytes;
    EXPECT_THAT(line.error().ToString(), HasSubstr("the VM wrote more than")) << bytes;
  }
}

TEST_F(PortsTest, ALineMayBeAsLongAsTheLimit) {
  ports_.limits.line = 10;
  Write(vm_.control, "0123456789\nexit 0\n");
  EXPECT_EQ(*ReadLine(), "0123456789");
  EXPECT_EQ(*ReadLine(), "exit 0");
}

// "exit 0 -1 ..." of a VM is read as the largest number.
TEST_F(PortsTest, TheSizeThatAVmStatesIsNotBelieved) {
  Watch watch = WatchFor();
  EXPECT_THAT(ports_.ReadResults(~std::size_t{0}, watch).error().ToString(),
              HasSubstr("the VM wrote more than"));
}

}  // namespace
}  // namespace dualpath::lab
