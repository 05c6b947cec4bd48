#include "ci/dualpath/fio_job.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestJob = std::uintmax_t{64} << 10;
constexpr char kDisk[] = "${DISK}";

}  // namespace

Status CheckFioJob(const std::string& file) {
  const auto refuse = [&](const std::string& reason) {
    return Error::Because("use as a fio job", file, reason);
  };
  std::error_code ec;
  const fs::file_status status = fs::status(file, ec);
  if (!fs::exists(status))
    return Error::FromErrno("use as a fio job", file, ec ? ec.value() : ENOENT);
  if (!fs::is_regular_file(status)) return refuse("not a regular file");
  const std::uintmax_t bytes = fs::file_size(file, ec);
  if (bytes > kLargestJob) {
    return refuse(std::to_string(bytes) + " bytes; a job file may have at most " +
                  std::to_string(kLargestJob));
  }
  DUALPATH_TRY(const std::string job, ReadFile(file));
  if (job.find(kDisk) == std::string::npos) {
    return refuse("does not name the guest's disk, ${DISK}, as in filename=${DISK}");
  }
  return Ok{};
}

std::vector<std::string> SoakCommand(const std::string& directory) {
  return {directory + "/dualpath_cases",
          "--gtest_filter=Soak.FioVerifiesItsBlocksWhilePathsComeAndGo"};
}

}  // namespace dualpath::cli
