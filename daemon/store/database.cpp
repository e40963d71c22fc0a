#include "daemon/store/database.hpp"
