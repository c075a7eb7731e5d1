"""What teachers of the demo write: lessons, homework, remarks, notices, messages."""

from typing import Final

# Subject -> (what was taught, what is set for the next time).
LESSONS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "Toán": (
        ("Luyện tập chung về phân số.", "Làm bài 1, 2, 3 trang 24 SGK vào vở bài tập."),
        ("Ôn tập các phép tính với số tự nhiên.", "Hoàn thành phiếu bài tập số 4."),
        ("Hình học: chu vi và diện tích.", "Làm bài 5, 6 trang 31; vẽ hình bằng thước kẻ."),
        ("Giải toán có lời văn.", "Làm bài 2, 4 trang 36, trình bày đủ các bước."),
        ("Kiểm tra 15 phút và chữa bài.", "Chữa lại những câu sai vào vở, có chữ kí phụ huynh."),
        ("Số thập phân, làm tròn số.", "Làm bài 1 đến bài 4 trang 40."),
    ),
    "Tiếng Việt": (
        ("Tập đọc và tìm hiểu bài.", "Đọc bài 3 lần, trả lời câu hỏi cuối bài."),
        ("Chính tả nghe viết, phân biệt s/x.", "Viết lại các từ sai, mỗi từ một dòng."),
        ("Luyện từ và câu: từ chỉ đặc điểm.", "Đặt 3 câu có từ chỉ đặc điểm của người thân."),
        ("Tập làm văn: kể về một việc tốt.", "Hoàn thành đoạn văn 5 đến 7 câu vào vở."),
        ("Kể chuyện đã nghe, đã đọc.", "Kể lại câu chuyện cho bố mẹ nghe."),
    ),
    "Ngữ văn": (
        ("Đọc hiểu văn bản truyện.", "Soạn bài tiếp theo, trả lời câu hỏi 1 đến 4."),
        ("Thực hành tiếng Việt: từ đơn, từ phức.", "Làm bài tập 3, 4 trang 28."),
        ("Viết: kể lại một trải nghiệm.", "Viết hoàn chỉnh bài văn, khoảng một trang rưỡi."),
        ("Nói và nghe: trình bày ý kiến.", "Chuẩn bị bài nói 3 phút theo nhóm đã phân công."),
        ("Trả bài viết số 1.", "Sửa lỗi chính tả, diễn đạt trong bài đã trả."),
    ),
    "Tiếng Anh": (
        ("Unit 3, Lesson 1: từ vựng và nghe.", "Học thuộc 10 từ mới, làm Workbook trang 18."),
        ("Unit 3, Lesson 2: ngữ pháp.", "Viết 5 câu dùng thì hiện tại tiếp diễn."),
        ("Unit 3: Project theo nhóm.", "Hoàn thành poster của nhóm, nộp vào tiết sau."),
        ("Ôn tập Unit 1 đến 3.", "Làm đề ôn tập đã phát, chuẩn bị kiểm tra."),
    ),
    "Khoa học tự nhiên": (
        ("Các thể của chất và sự chuyển thể.", "Vẽ sơ đồ tư duy của bài học."),
        ("Thực hành: đo nhiệt độ.", "Viết báo cáo thực hành theo mẫu."),
        ("Tế bào, đơn vị cơ sở của sự sống.", "Trả lời câu hỏi 1 đến 5 trang 67."),
    ),
    "Lịch sử và Địa lí": (
        ("Các quốc gia cổ đại.", "Lập bảng so sánh theo mẫu đã hướng dẫn."),
        ("Thực hành đọc bản đồ.", "Hoàn thành bài tập bản đồ số 3."),
    ),
    "Vật lí": (
        ("Chuyển động thẳng biến đổi đều.", "Làm bài 4, 5, 6 trang 42."),
        ("Ba định luật Newton, luyện tập.", "Giải đề trắc nghiệm 20 câu đã phát."),
    ),
    "Hóa học": (
        ("Cấu tạo nguyên tử.", "Làm bài 1 đến 5 trang 33."),
        ("Liên kết hóa học, luyện tập.", "Hoàn thành phiếu học tập số 2."),
    ),
    "Sinh học": (("Cấu trúc tế bào nhân thực.", "Vẽ và chú thích hình 8.1."),),
    "Lịch sử": (("Văn minh Đại Việt.", "Chuẩn bị bài thuyết trình nhóm."),),
    "Địa lí": (("Khí quyển và các yếu tố khí hậu.", "Vẽ biểu đồ nhiệt độ, lượng mưa ở Huế."),),
    "Tin học": (
        ("Soạn thảo và trình bày văn bản.", "Hoàn thành bài thực hành 3, nộp qua thư mục lớp."),
    ),
}
PRIMARY_SUBJECTS: Final = ("Toán", "Tiếng Việt", "Tiếng Việt", "Toán")

PRAISE: Final = (
    "Con hăng hái phát biểu xây dựng bài.",
    "Con có tiến bộ rõ rệt, chữ viết sạch đẹp hơn.",
    "Con giúp bạn trực nhật, được cả lớp khen.",
    "Con làm bài kiểm tra rất tốt, trình bày cẩn thận.",
    "Con đọc bài to, rõ ràng, diễn cảm.",
    "Con đã hoàn thành tốt nhiệm vụ nhóm trưởng.",
    "Con nhặt được của rơi và trả lại bạn.",
)
NEEDS_WORK: Final = (
    "Con còn nói chuyện riêng trong giờ học.",
    "Con chưa làm bài tập về nhà, nhờ gia đình nhắc con.",
    "Con quên mang sách vở, đồ dùng học tập.",
    "Con cần luyện thêm bảng nhân, chia ở nhà.",
    "Chữ viết còn vội, con cần trình bày cẩn thận hơn.",
)
NEUTRAL: Final = (
    "Con tham gia đầy đủ các hoạt động của lớp.",
    "Con nộp bài bổ sung, cô đã nhận.",
    "Chiều nay con ở lại tập văn nghệ đến 17 giờ 15.",
)
CONDUCT: Final = (
    "Lễ phép với thầy cô, hòa đồng với bạn bè.",
    "Thực hiện tốt nội quy, tác phong gọn gàng.",
)
HEALTH: Final = (
    "Giờ ra chơi con bị ngã trầy đầu gối, y tế đã rửa vết thương và dán băng. Con vẫn học bình"
    " thường.",
    "Tiết 4 con kêu đau bụng, đã nằm nghỉ ở phòng y tế 20 phút và thấy đỡ. Gia đình theo dõi thêm"
    " giúp cô.",
)
