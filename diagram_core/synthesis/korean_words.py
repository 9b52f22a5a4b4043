"""Korean words of which the prompts of charts are made, and the particles that stand behind them."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import split_words

OBJECTS = (
    "데이터", "문서", "이미지", "텍스트", "로그", "특징", "모델", "음성", "영상", "질문", "답변", "고객", "주문",
    "결과", "지표", "라벨", "문장", "토큰", "벡터", "센서", "사용자", "보고서", "단어", "파일", "가중치",
)  # fmt: skip
VERBS = (
    "수집", "전처리", "학습", "평가", "배포", "검색", "요약", "번역", "저장", "시각화", "정규화", "증강", "추출",
    "분석", "분할", "생성", "분류", "필터링", "변환", "압축", "검증", "전송", "임베딩", "모니터링", "예측", "정제",
    "병합", "추천", "확인", "입력",
)  # fmt: skip
SINGLE = ("토큰화", "재학습", "알림", "라벨링", "승인", "출력", "로그인", "결제", "배송", "인코딩", "디코딩", "샘플링")
SHORT = split_words(
    """접수 심사 승인 검토 설계 구현 시험 포장 배송 청소 조립 도색 건조 세척 발주 입고 출고 검수 계약 상담 면접
    채용 교육 예약 진료 처방 수술 퇴원 촬영 편집 결제 환불 교환 반품 신고 수리 점검 측정 기록 보고 회의 투표
    발표 등록 통보 안내 주문 조리 계산 인쇄 제본 폐기 재배 수확 선별 운송 판매 교정 출판 코딩 리뷰 배포 롤백
    보관 소독 살균 발효 숙성 반죽 절단 용접 검사 출하 견적 협상 납품 정산 송금 감사 훈련 연습 공연 녹음 믹싱
    스캔 백업 복구 조회 제출 서명 발송 수령 개봉 해체 충전 냉각 가열 혼합 여과 탐색"""
)
HANDLED = split_words(
    """콩 물 면 사진 파일 메일 표 그림 자료 재료 상자 책 컵 종이 씨앗 나무 옷 부품 나사 카드 영수증 서류 신청서
    견적서 계약서 도면 코드 버그 로그 모델 고기 양파 달걀 우유 반죽 가방 열쇠 침대 의자 기계 화면 계정 초안 문장
    목록 예산 일정 좌석 표본 시약 택배 편지 포스터 답안지 설문지 장비 부스 무대 마이크 벽 바닥 페인트 타일 화분
    흙"""
)
HANDLING = split_words(
    """고르기 찾기 모으기 나누기 옮기기 확인하기 보내기 받기 정리하기 꺼내기 만들기 고치기 버리기 올리기 넣기 섞기
    닦기 씻기 자르기 붙이기 세기 사기 팔기 빌리기 바꾸기 살펴보기 준비하기 담기 묶기 쌓기"""
)
THINGS = (
    "텍스트", "이미지", "음성", "영상", "문서", "질문", "답변", "번역문", "요약문", "캡션", "토큰", "벡터", "특징",
    "라벨", "로그", "보고서", "자막", "키워드", "점수", "센서 데이터", "고객 정보", "검색 결과", "예측값",
    "주문서", "이메일",
)  # fmt: skip
SYSTEMS = (
    "모델", "인코더", "디코더", "음성 인식기", "번역기", "검색기", "분류기", "LLM", "요약기", "토크나이저", "파서",
    "크롤러", "탐지기", "추천 시스템", "신경망", "데이터베이스", "임베딩 모델", "전처리기", "예측 모델", "OCR",
)  # fmt: skip
_STATES = (  # of a thing, as a question ends
    "있는가", "맞는가", "충분한가", "정상인가", "완료되었는가", "좋은가", "높은가", "낮은가", "유효한가",
    "도착했는가", "비었나", "준비됐나", "깨끗한가", "승인되었나", "틀렸나", "괜찮은가", "없나", "새것인가",
    "안전한가", "급한가",
)  # fmt: skip
_PASSED = (
    "합격", "승인", "통과", "정상", "완료", "유효", "성공", "재고 있음", "품질 양호", "이상 없음", "결제 완료",
    "회원", "긴급", "반품", "추가 검사 필요", "기준 충족", "환불 대상", "재시험", "불량", "로그인 상태",
    "예산 초과", "보험 적용", "채용", "오류", "중복", "스팸",
)  # fmt: skip

_PASSED_ON = (
    "합격",
    "불합격",
    "거절",
    "결과",
    "지원",
    "최종",
    "임시",
    "추가",
    "재",
    "전화",
    "현장",
    "긴급",
    "정기",
    "야간",
)


def actions_named(rng: Random, count: int) -> list[str]:
    """Different steps: `데이터 수집`, `접수`, or `콩 고르기`, now and then all of one kind."""
    if chance(rng, 0.25):
        return rng.sample(SHORT, count)
    if chance(rng, 0.25):
        things, verbs = rng.sample(HANDLED, count), rng.sample(HANDLING, count)
        return [f"{thing} {verb}" for thing, verb in zip(things, verbs, strict=True)]
    if chance(rng, 0.3):
        things = rng.sample((*HANDLED, *OBJECTS, *_PASSED_ON), count)
        pairs = zip(things, rng.sample(SHORT, count), strict=True)
        return [f"{thing} {verb}" if chance(rng, 0.75) else verb for thing, verb in pairs]
    verbs = rng.sample([*VERBS, *SINGLE], count)
    return [verb if verb in SINGLE or chance(rng, 0.3) else f"{pick(rng, *OBJECTS)} {verb}" for verb in verbs]


def question(rng: Random) -> str:
    """A question that is a step by itself: `합격?`, `재고가 충분한가?`."""
    noun = pick(rng, *HANDLED, *OBJECTS)
    number = pick(rng, rng.randint(2, 9), 10 * rng.randint(1, 10), 100 * rng.randint(1, 20))
    return (
        pick(
            rng,
            pick(rng, *_PASSED),
            f"{noun}{subject_mark(noun)} {pick(rng, *_STATES)}",
            f"{noun} {pick(rng, '있음', '확인됨', '이상 없음', '도착', f'{number}개 이상', f'{number}개 미만')}",
            f"{number}{pick(rng, '점 이상', '명 초과', '원 이하', '일 이내', '도 이상', '%를 넘는가', '개가 넘나')}",
        )
        + "?"
    )


def called(name: str) -> str:
    """How a name is introduced: `'합격?'이라는`, `'충분한가?'라는`."""
    return "이라는" if _final(name.rstrip("?")) else "라는"


def _final(word: str) -> int:
    """The number of the consonant that a word ends with, Latin letters as they are read out; 0 for none."""
    if word[-1].isascii():
        return 8 if word[-1] in "LR" else 16 if word[-1] in "MN" else 0
    return (ord(word[-1]) - ord("가")) % 28


def and_mark(word: str) -> str:
    return "과" if _final(word) else "와"


def to_mark(word: str) -> str:
    return "로" if _final(word) in (0, 8) else "으로"  # 8 is the consonant ㄹ


def object_mark(word: str) -> str:
    return "을" if _final(word) else "를"


def topic_mark(word: str) -> str:
    return "은" if _final(word) else "는"


def subject_mark(word: str) -> str:
    return "이" if _final(word) else "가"
