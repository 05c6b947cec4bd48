#include "helpers/matchers/scsi_matchers.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using scsi::Completion;
using scsi::HostByte;
using scsi::ScsiStatus;
using scsi::Sense;

/// Returns what is wrong apart from the printed value; often empty.
using Explain = std::function<std::string(const Completion&)>;

CompletionMatcher Matching(const std::string& yes, const std::string& no,
                           std::function<bool(const Completion&)> matches,
                           Explain explain = nullptr) {
  return CompletionMatcher(Described<Completion>(
      yes, no,
      [matches = std::move(matches),
       explain = std::move(explain)](const Completion& completion) -> std::optional<std::string> {
        if (matches(completion)) return std::nullopt;
        return explain ? explain(completion) : "";
      }));
}

CompletionMatcher Ends(const std::string& how, std::function<bool(const Completion&)> matches,
                       Explain explain = nullptr) {
  return Matching("ends with " + how, "does not end with " + how, std::move(matches),
                  std::move(explain));
}

class OfResult : public ::testing::MatcherInterface<const Result<Completion>&> {
 public:
  explicit OfResult(::testing::Matcher<const Completion&> inner) : inner_(std::move(inner)) {}

  bool MatchAndExplain(const Result<Completion>& result,
                       ::testing::MatchResultListener* listener) const override {
    if (result.ok()) return inner_.MatchAndExplain(*result, listener);
    *listener << "the command was not sent";
    return false;
  }
  void DescribeTo(std::ostream* out) const override { inner_.DescribeTo(out); }
  void DescribeNegationTo(std::ostream* out) const override { inner_.DescribeNegationTo(out); }

 private:
  ::testing::Matcher<const Completion&> inner_;
};

bool FromDevice(const Completion& completion) {
  return completion.error_number == 0 && completion.host_byte == HostByte::kOk;
}

std::string WhereDataDiffer(const scsi::Bytes& actual, const scsi::Bytes& expected) {
  const std::size_t common = std::min(actual.size(), expected.size());
  const auto first =
      std::mismatch(actual.begin(), actual.begin() + static_cast<std::ptrdiff_t>(common),
                    expected.begin())
          .first;
  const auto at = static_cast<std::size_t>(first - actual.begin());
  if (at == common) {
    return "with " + std::to_string(actual.size()) + " bytes of data instead of " +
           std::to_string(expected.size());
  }
  return "whose data differ first at byte " + std::to_string(at) + ": " + scsi::Hex(actual[at]) +
         " instead of " + scsi::Hex(expected[at]);
}

}  // namespace

CompletionMatcher::operator ::testing::Matcher<const Result<Completion>&>() const {
  return ::testing::Matcher<const Result<Completion>&>(new OfResult(inner_));
}

CompletionMatcher Succeeded() {
  return Matching("succeeds", "does not succeed", [](const Completion& c) { return c.Ok(); });
}

CompletionMatcher EndsWithSense(scsi::SenseKey key, std::uint8_t asc, std::uint8_t ascq) {
  const Sense sense{key, asc, ascq, false};
  return Ends("CHECK CONDITION, " + sense.ToString(), [sense](const Completion& c) {
    return FromDevice(c) && c.status == ScsiStatus::kCheckCondition && c.sense == sense;
  });
}

CompletionMatcher EndsWithStatus(ScsiStatus status) {
  return Ends(ToString(status),
              [status](const Completion& c) { return FromDevice(c) && c.status == status; });
}

CompletionMatcher EndsWithHostByte(HostByte host_byte) {
  return Ends(ToString(host_byte), [host_byte](const Completion& c) {
    return c.error_number == 0 && c.host_byte == host_byte;
  });
}

CompletionMatcher EndsAs(const Completion& other) {
  const auto result = [](const Completion& c) {
    return std::tie(c.error_number, c.status, c.host_byte, c.driver_byte, c.raw_sense, c.residual);
  };
  return Ends(
      "the same result as " + other.ToString(),
      [result, other](const Completion& c) {
        return result(c) == result(other) && c.data == other.data;
      },
      [result, other](const Completion& c) -> std::string {
        if (result(c) == result(other)) return WhereDataDiffer(c.data, other.data);
        return c.sense == other.sense && c.raw_sense != other.raw_sense
                   ? "whose sense bytes are " + scsi::HexDump(c.raw_sense) + " instead of " +
                         scsi::HexDump(other.raw_sense)
                   : "";
      });
}

}  // namespace dualpath
